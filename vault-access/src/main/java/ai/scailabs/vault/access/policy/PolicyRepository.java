package ai.scailabs.vault.access.policy;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The SQL of policies and bindings. Methods that take a transaction belong to a change that writes its audit row in the same one. */
final class PolicyRepository {
    private final TenantTransactions transactions;

    PolicyRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    List<PolicySummary> page(
            TenantId tenant, String scope, boolean includeInactive, String after, int rows, Instant now) {
        return transactions.query(
                tenant,
                """
                select policy_id, name, scope, jsonb_array_length(rules) as rule_count, is_active, created_at, updated_at,
                    (select count(*) from policy_binding b
                        where b.tenant_id = policy.tenant_id and b.policy_id = policy.policy_id
                        and (b.expires_at is null or b.expires_at > ?)) as binding_count
                from policy
                where tenant_id = ? and scope = ? and (is_active or ?) and policy_id > ?
                order by policy_id
                limit ?
                """,
                (results, index) -> summary(results),
                now,
                tenant.value(),
                scope,
                includeInactive,
                after,
                rows);
    }

    Optional<Policy> find(TenantId tenant, String policyId) {
        return transactions.queryOne(tenant, """
                select policy_id, name, description, scope, rules::text as rules, is_active, revision,
                    created_at, created_by, updated_at
                from policy where tenant_id = ? and policy_id = ?
                """, (results, index) -> policy(results), tenant.value(), policyId);
    }

    List<PolicyBinding> bindings(TenantId tenant, String policyId) {
        return transactions.query(tenant, """
                select binding_id, policy_id, identity_id, expires_at, created_at, created_by
                from policy_binding where tenant_id = ? and policy_id = ? order by binding_id
                """, (results, index) -> binding(results), tenant.value(), policyId);
    }

    int countPolicies(TenantTransaction tx) {
        return tx.queryOne(
                        "select count(*) from policy where tenant_id = ?",
                        (results, index) -> results.getInt(1),
                        tx.tenant().value())
                .orElseThrow();
    }

    /** Of all policies of the tenant but this one, inactive ones included. */
    long countRulesOfOthers(TenantTransaction tx, String policyId) {
        return tx.queryOne(
                        """
                        select coalesce(sum(jsonb_array_length(rules)), 0) from policy where tenant_id = ? and policy_id <> ?
                        """, (results, index) -> results.getLong(1), tx.tenant().value(), policyId)
                .orElseThrow();
    }

    /** The names that these policies have now; those that are gone are left out. */
    Map<String, String> names(TenantId tenant, List<String> policyIds) {
        Map<String, String> names = new HashMap<>();
        transactions
                .query(
                        tenant,
                        "select policy_id, name from policy where tenant_id = ? and policy_id = any (?::text[])",
                        (results, index) -> Map.entry(results.getString(1), results.getString(2)),
                        tenant.value(),
                        policyIds.toArray(String[]::new))
                .forEach(each -> names.put(each.getKey(), each.getValue()));
        return names;
    }

    Optional<Policy> findForChange(TenantTransaction tx, String policyId) {
        return tx.queryOne("""
                select policy_id, name, description, scope, rules::text as rules, is_active, revision,
                    created_at, created_by, updated_at
                from policy where tenant_id = ? and policy_id = ? for update
                """, (results, index) -> policy(results), tx.tenant().value(), policyId);
    }

    void insert(TenantTransaction tx, Policy policy) {
        tx.update(
                """
                insert into policy (tenant_id, policy_id, name, description, scope, rules, is_active, revision,
                    created_at, created_by, updated_at)
                values (?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                policy.id(),
                policy.name(),
                policy.description(),
                policy.scope(),
                RulesJson.write(policy.rules()),
                policy.active(),
                policy.revision(),
                policy.createdAt(),
                policy.createdBy(),
                policy.updatedAt());
    }

    void update(TenantTransaction tx, Policy policy) {
        tx.update(
                """
                update policy set name = ?, description = ?, rules = ?::jsonb, is_active = ?, revision = ?, updated_at = ?
                where tenant_id = ? and policy_id = ?
                """,
                policy.name(),
                policy.description(),
                RulesJson.write(policy.rules()),
                policy.active(),
                policy.revision(),
                policy.updatedAt(),
                tx.tenant().value(),
                policy.id());
    }

    void delete(TenantTransaction tx, String policyId) {
        String tenant = tx.tenant().value();
        tx.update("delete from policy_binding where tenant_id = ? and policy_id = ?", tenant, policyId);
        tx.update("delete from policy where tenant_id = ? and policy_id = ?", tenant, policyId);
    }

    /** Those that have not lapsed. */
    int countBindings(TenantTransaction tx, String policyId, Instant now) {
        return tx.queryOne(
                        """
                        select count(*) from policy_binding
                        where tenant_id = ? and policy_id = ? and (expires_at is null or expires_at > ?)
                        """, (results, index) -> results.getInt(1), tx.tenant().value(), policyId, now)
                .orElseThrow();
    }

    /** Of all policies of the tenant, lapsed ones included. */
    int countBindings(TenantTransaction tx) {
        return tx.queryOne(
                        "select count(*) from policy_binding where tenant_id = ?",
                        (results, index) -> results.getInt(1),
                        tx.tenant().value())
                .orElseThrow();
    }

    void deleteLapsed(TenantTransaction tx, String policyId, Instant now) {
        tx.update(
                "delete from policy_binding where tenant_id = ? and policy_id = ? and expires_at <= ?",
                tx.tenant().value(),
                policyId,
                now);
    }

    void insert(TenantTransaction tx, PolicyBinding binding) {
        tx.update(
                """
                insert into policy_binding (tenant_id, binding_id, policy_id, identity_type, identity_id, expires_at,
                    created_at, created_by)
                values (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                binding.id(),
                binding.policyId(),
                binding.identity().type().wireName(),
                binding.identity().value(),
                binding.expiresAt(),
                binding.createdAt(),
                binding.createdBy());
    }

    /** Both ids must belong together. */
    boolean deleteBinding(TenantTransaction tx, String policyId, String bindingId) {
        return tx.update(
                        "delete from policy_binding where tenant_id = ? and policy_id = ? and binding_id = ?",
                        tx.tenant().value(),
                        policyId,
                        bindingId)
                == 1;
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    private static PolicySummary summary(ResultSet results) throws SQLException {
        return new PolicySummary(
                results.getString("policy_id"),
                results.getString("name"),
                results.getString("scope"),
                results.getInt("rule_count"),
                results.getInt("binding_count"),
                results.getBoolean("is_active"),
                instant(results, "created_at"),
                instant(results, "updated_at"));
    }

    private static Policy policy(ResultSet results) throws SQLException {
        return new Policy(
                results.getString("policy_id"),
                results.getString("name"),
                results.getString("description"),
                results.getString("scope"),
                RulesJson.read(results.getString("rules")),
                results.getBoolean("is_active"),
                results.getInt("revision"),
                instant(results, "created_at"),
                results.getString("created_by"),
                instant(results, "updated_at"));
    }

    private static PolicyBinding binding(ResultSet results) throws SQLException {
        OffsetDateTime expiresAt = results.getObject("expires_at", OffsetDateTime.class);
        return new PolicyBinding(
                results.getString("binding_id"),
                results.getString("policy_id"),
                new IdentityId(results.getString("identity_id")),
                expiresAt == null ? null : expiresAt.toInstant(),
                instant(results, "created_at"),
                results.getString("created_by"));
    }

    private static Instant instant(ResultSet results, String column) throws SQLException {
        return results.getObject(column, OffsetDateTime.class).toInstant();
    }
}
