package ai.scailabs.vault.identity.sync;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** Removes events that are too old to be taken again anyway, and comparisons of long ago; the database lets the worker remove no others. */
public final class SyncDisposal {
    private final DataSource worker;

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public SyncDisposal(DataSource worker) {
        this.worker = worker;
    }

    /** Tells how many were removed; safe to break off anywhere. */
    public long run() throws SQLException {
        try (Connection connection = worker.getConnection();
                Statement statement = connection.createStatement()) {
            return (long) statement.executeUpdate(
                            "delete from identity_event where received_at < now() - interval '1 day'")
                    + statement.executeUpdate(
                            "delete from identity_sync where finished_at < now() - interval '90 days'");
        }
    }
}
