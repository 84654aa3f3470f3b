package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The SQL of roles. */
final class RoleRepository {
    private static final String SELECT =
            "select r.role_id, r.engine_id, r.name, r.description, r.recipe::text as recipe, r.default_text, r.max_text, r.max_leases, r.revision, r.created_at, r.created_by, r.updated_at"
                    + " from dynamic_role r";

    private final TenantTransactions transactions;

    RoleRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** In the order of their names. */
    List<Role> page(TenantId tenant, UUID engine, String after, int rows) {
        return transactions.query(
                tenant,
                SELECT + " where r.tenant_id = ? and r.engine_id = ? and r.name > ? order by r.name limit ?",
                RoleRepository::role,
                tenant.value(),
                engine,
                after,
                rows);
    }

    Optional<Role> find(TenantId tenant, UUID engine, String name) {
        return transactions.queryOne(
                tenant,
                SELECT + " where r.tenant_id = ? and r.engine_id = ? and r.name = ?",
                RoleRepository::role,
                tenant.value(),
                engine,
                name);
    }

    int count(TenantTransaction tx, UUID engine) {
        return tx.queryOne(
                        "select count(*)::integer from dynamic_role where tenant_id = ? and engine_id = ?",
                        (results, index) -> results.getInt(1),
                        tx.tenant().value(),
                        engine)
                .orElse(0);
    }

    void insert(TenantTransaction tx, Role role) {
        tx.update(
                """
                insert into dynamic_role (tenant_id, role_id, engine_id, name, description, recipe, default_text, max_text, max_leases, revision, created_at, created_by, updated_at)
                values (?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                role.id(),
                role.engine(),
                role.name(),
                role.description(),
                role.recipe().encoded(),
                role.defaultTtl(),
                role.maxTtl(),
                role.maxLeases(),
                role.revision(),
                role.createdAt(),
                role.createdBy(),
                role.updatedAt());
    }

    /** False when it is not the one any more that was changed. */
    boolean update(TenantTransaction tx, int seen, Role changed) {
        return tx.update(
                        """
                        update dynamic_role
                        set description = ?, recipe = ?::jsonb, default_text = ?, max_text = ?, max_leases = ?, revision = ?, updated_at = ?
                        where tenant_id = ? and role_id = ? and revision = ?
                        """,
                        changed.description(),
                        changed.recipe().encoded(),
                        changed.defaultTtl(),
                        changed.maxTtl(),
                        changed.maxLeases(),
                        changed.revision(),
                        changed.updatedAt(),
                        tx.tenant().value(),
                        changed.id(),
                        seen)
                > 0;
    }

    boolean delete(TenantTransaction tx, UUID id) {
        return tx.update(
                        "delete from dynamic_role where tenant_id = ? and role_id = ?",
                        tx.tenant().value(),
                        id)
                > 0;
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    private static Role role(ResultSet results, int index) throws SQLException {
        int most = results.getInt("max_leases");
        Integer maxLeases = results.wasNull() ? null : most;
        return new Role(
                results.getObject("role_id", UUID.class),
                results.getObject("engine_id", UUID.class),
                results.getString("name"),
                results.getString("description"),
                RoleRecipe.of(results.getString("recipe")),
                results.getString("default_text"),
                results.getString("max_text"),
                maxLeases,
                results.getInt("revision"),
                instant(results, "created_at"),
                results.getString("created_by"),
                instant(results, "updated_at"));
    }

    private static Instant instant(ResultSet results, String column) throws SQLException {
        return results.getObject(column, OffsetDateTime.class).toInstant();
    }
}
