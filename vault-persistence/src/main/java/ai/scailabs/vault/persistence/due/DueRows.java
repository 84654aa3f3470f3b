package ai.scailabs.vault.persistence.due;

import ai.scailabs.vault.kernel.id.TenantId;
import com.google.errorprone.annotations.CompileTimeConstant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;

/** Looks for what is due, of all tenants. Thread-safe. */
public final class DueRows {
    private final DataSource worker;

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public DueRows(DataSource worker) {
        this.worker = worker;
    }

    /**
     * In the order of the statement.
     *
     * @param sql selects the tenant and the id, in this order
     */
    public List<Due> find(@CompileTimeConstant final String sql, Object... arguments) throws SQLException {
        List<Due> due = new ArrayList<>();
        try (Connection connection = worker.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                Object argument = arguments[i] instanceof Instant at ? at.atOffset(ZoneOffset.UTC) : arguments[i];
                statement.setObject(i + 1, argument);
            }
            try (ResultSet results = statement.executeQuery()) {
                while (results.next()) {
                    due.add(new Due(new TenantId(results.getString(1)), results.getObject(2, UUID.class)));
                }
            }
        }
        return due;
    }
}
