package ai.scailabs.vault.persistence.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * A lock of the database's by which, of all instances, one at a time does a job. It belongs to the connection that took it and ends with it, also when the instance dies.
 *
 * @param number of the job; no other job may have it
 */
public record JobLock(long number) {
    private static final Duration CONNECTION_CHECK = Duration.ofSeconds(2);

    /** False when another connection has it. */
    public boolean take(Connection connection) throws SQLException {
        return asked(connection, "select pg_try_advisory_lock(?)");
    }

    public void release(Connection connection) throws SQLException {
        asked(connection, "select pg_advisory_unlock(?)");
    }

    /**
     * Between the steps of a long job: without the connection another instance may be at work.
     *
     * @throws SQLException when the connection that took the lock is lost
     * @throws InterruptedException when the instance stops
     */
    public static void requireHeld(Connection connection) throws SQLException, InterruptedException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException();
        }
        if (!connection.isValid((int) CONNECTION_CHECK.toSeconds())) {
            throw new SQLException("the connection that holds the lock is lost");
        }
    }

    private boolean asked(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, number);
            try (ResultSet result = statement.executeQuery()) {
                return result.next() && result.getBoolean(1);
            }
        }
    }
}
