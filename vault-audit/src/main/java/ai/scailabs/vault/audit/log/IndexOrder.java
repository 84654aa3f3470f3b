package ai.scailabs.vault.audit.log;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import com.google.errorprone.annotations.CompileTimeConstant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowMapper;

/**
 * Runs statements that read as many rows as they need, in the order in which an index has them. The planner, which does not know the values, takes any tenant and any time for few
 * rows and would sort them first: all of a tenant's. It is told not to.
 */
final class IndexOrder {
    private static final String DO_NOT_SORT = "select set_config('enable_sort', 'off', true)";

    private final TenantTransactions tenants;

    IndexOrder(TenantTransactions tenants) {
        this.tenants = tenants;
    }

    /** @param sql whose order an index has */
    <T> List<T> query(
            TenantId tenant,
            @CompileTimeConstant final String sql,
            RowMapper<T> mapper,
            @Nullable Object... arguments) {
        return tenants.inTransaction(tenant, transaction -> {
            transaction.queryOne(DO_NOT_SORT, (row, number) -> row.getString(1));
            return transaction.query(sql, mapper, arguments);
        });
    }
}
