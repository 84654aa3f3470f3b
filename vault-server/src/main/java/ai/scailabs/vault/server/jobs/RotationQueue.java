package ai.scailabs.vault.server.jobs;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;

/** How many secrets of all tenants are due for their rotation, and not being rotated. */
public final class RotationQueue {
    private static final String DUE = """
            select count(*) from (
                select from rotation_assignment where next_at <= now() and (taken_until is null or taken_until <= now()) limit 100000) due
            """;

    private final DataSource worker;

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public RotationQueue(DataSource worker) {
        this.worker = worker;
    }

    /** At most 100,000. */
    public long depth() throws SQLException {
        try (Connection connection = worker.getConnection();
                PreparedStatement statement = connection.prepareStatement(DUE);
                ResultSet count = statement.executeQuery()) {
            count.next();
            return count.getLong(1);
        }
    }
}
