package ai.scailabs.vault.persistence.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** A transaction of a job, which goes over tenants, on the connection that holds the job's lock. */
public final class JobTransaction {
    private JobTransaction() {}

    /** Commits what the work did when it returns; rolls it back when it throws. The connection is in auto-commit mode before and after. */
    public static <T> T run(Connection connection, Work<T> work) throws SQLException {
        connection.setAutoCommit(false);
        try {
            T result = work.run(connection);
            connection.commit();
            return result;
        } catch (SQLException | RuntimeException | Error failure) {
            rollBack(connection, failure);
            throw failure;
        } finally {
            if (!connection.isClosed()) {
                connection.setAutoCommit(true);
            }
        }
    }

    private static void rollBack(Connection connection, Throwable cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /** What is done in the transaction. */
    @FunctionalInterface
    public interface Work<T> {
        T run(Connection connection) throws SQLException;
    }
}
