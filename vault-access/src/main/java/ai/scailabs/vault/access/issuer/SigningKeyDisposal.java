package ai.scailabs.vault.access.issuer;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Removes keys that verify nothing any more; the database lets the worker remove no others. */
public final class SigningKeyDisposal {
    private final DataSource worker;

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public SigningKeyDisposal(DataSource worker) {
        this.worker = worker;
    }

    /** Tells how many were removed. */
    public int run() throws SQLException {
        try (Connection connection = worker.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("delete from token_signing_key where expires_at < now()")) {
            return statement.executeUpdate();
        }
    }
}
