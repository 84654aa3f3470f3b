package ai.scailabs.vault.access.revocation;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Removes revocations that concern no token any more; the database lets the worker remove no others. */
public final class RevocationDisposal {
    private static final int BATCH = 5_000;
    private static final String DELETE = """
            delete from token_revocation where (tenant_id, kind, subject) in (
                select tenant_id, kind, subject from token_revocation where expires_at < now() order by expires_at limit ?)
            """;

    private final DataSource worker;

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public RevocationDisposal(DataSource worker) {
        this.worker = worker;
    }

    /** Tells how many were removed; safe to break off anywhere. */
    public long run() throws SQLException {
        long all = 0;
        int removed = BATCH;
        try (Connection connection = worker.getConnection();
                PreparedStatement statement = connection.prepareStatement(DELETE)) {
            statement.setInt(1, BATCH);
            while (removed == BATCH) {
                removed = statement.executeUpdate();
                all += removed;
            }
        }
        return all;
    }
}
