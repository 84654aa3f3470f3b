package ai.scailabs.vault.access.idempotency;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Removes replies that are over; the database lets the worker remove no others. */
public final class IdempotentReplyDisposal {
    private final DataSource worker;

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public IdempotentReplyDisposal(DataSource worker) {
        this.worker = worker;
    }

    /** Tells how many were removed. */
    public int run() throws SQLException {
        try (Connection connection = worker.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("delete from idempotent_reply where expires_at < now()")) {
            return statement.executeUpdate();
        }
    }
}
