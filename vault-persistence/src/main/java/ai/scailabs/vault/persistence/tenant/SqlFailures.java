package ai.scailabs.vault.persistence.tenant;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Map;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;

/** Tells a database that cannot serve from a statement that it refused. */
final class SqlFailures {
    private static final String NO_SPACE = "53100";

    private final SQLStateSQLExceptionTranslator translator = new SQLStateSQLExceptionTranslator();

    /** Never holds the statement's values: the driver's own message about a violated constraint would. */
    RuntimeException translate(String task, SQLException failure) {
        if (NO_SPACE.equals(failure.getSQLState())) {
            return new VaultException(
                    ErrorCode.SERVICE_UNAVAILABLE,
                    "The database has no room left",
                    Map.of("dependency", "database", "reason", "disk_full"));
        }
        if (isUnavailable(failure)) {
            return new VaultException(
                    ErrorCode.SERVICE_UNAVAILABLE,
                    "The database cannot serve the request",
                    Map.of("dependency", "database"),
                    failure);
        }
        DataAccessException translated = translator.translate(task, null, failure);
        return translated != null ? translated : new UncategorizedSQLException(task, null, failure);
    }

    private static boolean isUnavailable(SQLException failure) {
        String state = failure.getSQLState();
        return failure instanceof SQLTransientConnectionException
                || state == null
                // connection lost; out of resources; shut down, cancelled or timed out; I/O error; read-only (a
                // replica)
                || state.startsWith("08")
                || state.startsWith("53")
                || state.startsWith("57")
                || state.startsWith("58")
                || state.equals("25006");
    }
}
