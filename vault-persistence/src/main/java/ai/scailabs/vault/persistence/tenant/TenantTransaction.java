package ai.scailabs.vault.persistence.tenant;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions.StatementReader;
import com.google.errorprone.annotations.CompileTimeConstant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowMapper;

/** The statements of one open transaction, all for one tenant. Valid only inside the work it was handed to; not thread-safe. */
public final class TenantTransaction {
    private final Connection connection;
    private final TenantId tenant;
    private final SqlFailures failures;
    private final Map<String, String> withTenant;
    private @Nullable RuntimeException failure;

    TenantTransaction(Connection connection, TenantId tenant, SqlFailures failures, Map<String, String> withTenant) {
        this.connection = connection;
        this.tenant = tenant;
        this.failures = failures;
        this.withTenant = withTenant;
    }

    public TenantId tenant() {
        return tenant;
    }

    public <T> List<T> query(
            @CompileTimeConstant final String sql, RowMapper<T> mapper, @Nullable Object... arguments) {
        return run(sql, arguments, statement -> TenantTransactions.rows(statement, mapper));
    }

    public <T> Optional<T> queryOne(
            @CompileTimeConstant final String sql, RowMapper<T> mapper, @Nullable Object... arguments) {
        return TenantTransactions.onlyRow(run(sql, arguments, statement -> TenantTransactions.rows(statement, mapper)));
    }

    /** Tells how many rows were changed. */
    public int update(@CompileTimeConstant final String sql, @Nullable Object... arguments) {
        return run(sql, arguments, PreparedStatement::getUpdateCount);
    }

    /** Makes those changes of the tenant that call it follow one another, until the transaction ends; false when there is no such tenant. */
    public boolean lockTenant() {
        return queryOne(
                        "select epoch from tenant where tenant_id = ? for no key update",
                        (results, index) -> results.getLong(1),
                        tenant.value())
                .isPresent();
    }

    private <T> T run(String sql, @Nullable Object[] arguments, StatementReader<T> reader) {
        String batch = withTenant.computeIfAbsent(sql, statement -> TenantTransactions.SET_TENANT + "; " + statement);
        try (PreparedStatement statement = connection.prepareStatement(batch)) {
            return TenantTransactions.execute(statement, tenant, arguments, reader);
        } catch (SQLException e) {
            failure = failures.translate(sql, e);
            throw failure;
        }
    }

    /** The statement that failed: PostgreSQL answers the COMMIT that follows with a ROLLBACK, which the driver does not report. */
    @Nullable
    RuntimeException failure() {
        return failure;
    }
}
