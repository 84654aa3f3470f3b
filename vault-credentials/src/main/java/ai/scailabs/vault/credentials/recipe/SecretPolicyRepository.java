package ai.scailabs.vault.credentials.recipe;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.credentials.generator.Recipe;
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
import tools.jackson.databind.json.JsonMapper;

/** The SQL of secret policies. Methods that take a transaction belong to a change that writes its audit row in the same one. */
final class SecretPolicyRepository {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final TenantTransactions transactions;

    SecretPolicyRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** In the order of their ids. */
    List<SecretPolicy> page(TenantId tenant, UUID after, int rows) {
        return transactions.query(tenant, """
                select tenant_id, policy_id, name, description, policy_type, fields::text as fields, is_active, revision, created_at, created_by, updated_at
                from secret_policy where tenant_id = ? and policy_id > ? order by policy_id limit ?
                """, (results, index) -> policy(results), tenant.value(), after, rows);
    }

    Optional<SecretPolicy> find(TenantId tenant, UUID id) {
        return transactions.queryOne(tenant, """
                select tenant_id, policy_id, name, description, policy_type, fields::text as fields, is_active, revision, created_at, created_by, updated_at
                from secret_policy where tenant_id = ? and policy_id = ?
                """, (results, index) -> policy(results), tenant.value(), id);
    }

    int count(TenantTransaction tx) {
        return tx.queryOne(
                        "select count(*)::integer from secret_policy where tenant_id = ?",
                        (results, index) -> results.getInt(1),
                        tx.tenant().value())
                .orElse(0);
    }

    void insert(TenantTransaction tx, SecretPolicy policy) {
        tx.update(
                """
                insert into secret_policy (tenant_id, policy_id, name, description, policy_type, fields, is_active, revision, created_at, created_by, updated_at)
                values (?, ?, ?, ?, ?, ?::json, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                policy.id(),
                policy.name(),
                policy.description(),
                policy.type().wireName(),
                policy.recipe().toJson().toString(),
                policy.active(),
                policy.revision(),
                policy.createdAt(),
                policy.createdBy(),
                policy.updatedAt());
    }

    /** False when it is not the one any more that was changed. */
    boolean update(TenantTransaction tx, int seen, SecretPolicy changed) {
        return tx.update(
                        """
                        update secret_policy set name = ?, description = ?, policy_type = ?, fields = ?::json, is_active = ?, revision = ?, updated_at = ?
                        where tenant_id = ? and policy_id = ? and revision = ?
                        """,
                        changed.name(),
                        changed.description(),
                        changed.type().wireName(),
                        changed.recipe().toJson().toString(),
                        changed.active(),
                        changed.revision(),
                        changed.updatedAt(),
                        tx.tenant().value(),
                        changed.id(),
                        seen)
                > 0;
    }

    /** False when there is none any more. */
    boolean delete(TenantTransaction tx, UUID id) {
        return tx.update(
                        "delete from secret_policy where tenant_id = ? and policy_id = ?",
                        tx.tenant().value(),
                        id)
                > 0;
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    private static SecretPolicy policy(ResultSet results) throws SQLException {
        return new SecretPolicy(
                new TenantId(results.getString("tenant_id")),
                results.getObject("policy_id", UUID.class),
                results.getString("name"),
                results.getString("description"),
                PolicyType.parse(results.getString("policy_type"))
                        .orElseThrow(() -> new IllegalStateException("a type of a newer version")),
                Recipe.parse(JSON.readTree(results.getString("fields"))),
                results.getBoolean("is_active"),
                results.getInt("revision"),
                instant(results, "created_at"),
                results.getString("created_by"),
                instant(results, "updated_at"));
    }

    private static Instant instant(ResultSet results, String column) throws SQLException {
        return results.getObject(column, OffsetDateTime.class).toInstant();
    }
}
