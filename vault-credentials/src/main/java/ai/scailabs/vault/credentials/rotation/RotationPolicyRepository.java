package ai.scailabs.vault.credentials.rotation;

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

/** The SQL of rotation policies. Methods that take a transaction belong to a change that writes its audit row in the same one. */
final class RotationPolicyRepository {
    /** Of a policy {@code p}, with names that no other table has. */
    static final String COLUMNS =
            "p.tenant_id as policy_tenant, p.policy_id, p.name as policy_name, p.description, p.interval_text, p.grace_text, p.warn_text,"
                    + " p.auto_generate, p.secret_policy_id, p.webhook_ids, p.is_active, p.revision as policy_revision, p.created_at as policy_created_at,"
                    + " p.created_by as policy_created_by, p.updated_at as policy_updated_at";

    private static final String COUNTED = COLUMNS
            + ", (select count(*) from rotation_assignment a where a.tenant_id = p.tenant_id and a.policy_id = p.policy_id) as secrets";

    private final TenantTransactions transactions;

    RotationPolicyRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** In the order of their ids. */
    List<RotationPolicy> page(TenantId tenant, boolean activeOnly, UUID after, int rows) {
        return transactions.query(
                tenant,
                "select " + COUNTED
                        + " from rotation_policy p where p.tenant_id = ? and p.policy_id > ? and (p.is_active or not ?) order by p.policy_id limit ?",
                (results, index) -> policy(results, results.getLong("secrets")),
                tenant.value(),
                after,
                activeOnly,
                rows);
    }

    Optional<RotationPolicy> find(TenantId tenant, UUID id) {
        return transactions.queryOne(
                tenant,
                "select " + COUNTED + " from rotation_policy p where p.tenant_id = ? and p.policy_id = ?",
                (results, index) -> policy(results, results.getLong("secrets")),
                tenant.value(),
                id);
    }

    int count(TenantTransaction tx) {
        return tx.queryOne(
                        "select count(*)::integer from rotation_policy where tenant_id = ?",
                        (results, index) -> results.getInt(1),
                        tx.tenant().value())
                .orElse(0);
    }

    void insert(TenantTransaction tx, RotationPolicy policy) {
        tx.update(
                """
                insert into rotation_policy (tenant_id, policy_id, name, description, interval_text, interval_seconds, grace_text, grace_seconds, warn_text, auto_generate, secret_policy_id, webhook_ids,
                    is_active, revision, created_at, created_by, updated_at)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                policy.id(),
                policy.name(),
                policy.description(),
                policy.terms().interval(),
                policy.terms().every().toSeconds(),
                policy.terms().gracePeriod(),
                policy.terms().grace().toSeconds(),
                policy.terms().warnBefore(),
                policy.autoGenerate(),
                policy.secretPolicy(),
                policy.webhooks().toArray(String[]::new),
                policy.active(),
                policy.revision(),
                policy.createdAt(),
                policy.createdBy(),
                policy.updatedAt());
    }

    /** False when it is not the one any more that was changed. */
    boolean update(TenantTransaction tx, int seen, RotationPolicy changed) {
        return tx.update(
                        """
                        update rotation_policy
                        set name = ?, description = ?, interval_text = ?, interval_seconds = ?, grace_text = ?, grace_seconds = ?, warn_text = ?, auto_generate = ?, secret_policy_id = ?, webhook_ids = ?,
                            is_active = ?, revision = ?, updated_at = ?
                        where tenant_id = ? and policy_id = ? and revision = ?
                        """,
                        changed.name(),
                        changed.description(),
                        changed.terms().interval(),
                        changed.terms().every().toSeconds(),
                        changed.terms().gracePeriod(),
                        changed.terms().grace().toSeconds(),
                        changed.terms().warnBefore(),
                        changed.autoGenerate(),
                        changed.secretPolicy(),
                        changed.webhooks().toArray(String[]::new),
                        changed.active(),
                        changed.revision(),
                        changed.updatedAt(),
                        tx.tenant().value(),
                        changed.id(),
                        seen)
                > 0;
    }

    /** The clocks of its secrets go on from where they were, by what the policy says now. @param anew whether what was told of what is to come is told again */
    void reschedule(TenantTransaction tx, RotationPolicy changed, boolean anew) {
        tx.update(
                """
                update rotation_assignment a
                set due_at = case when ? then a.rotated_at + ? * interval '1 second' else a.due_at end, next_at = clock_timestamp(),
                    warned_seconds = case when ? then null else a.warned_seconds end
                where a.tenant_id = ? and a.policy_id = ?
                """,
                anew,
                changed.terms().every().toSeconds(),
                anew,
                tx.tenant().value(),
                changed.id());
    }

    /** False when there is none any more, or secrets are still under it. */
    boolean delete(TenantTransaction tx, UUID id) {
        return tx.update("""
                        delete from rotation_policy p where p.tenant_id = ? and p.policy_id = ?
                            and not exists (select from rotation_assignment a where a.tenant_id = p.tenant_id and a.policy_id = p.policy_id)
                        """, tx.tenant().value(), id) > 0;
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    static RotationPolicy policy(ResultSet results, long secrets) throws SQLException {
        return new RotationPolicy(
                new TenantId(results.getString("policy_tenant")),
                results.getObject("policy_id", UUID.class),
                results.getString("policy_name"),
                results.getString("description"),
                new RotationTerms(
                        results.getString("interval_text"),
                        results.getString("grace_text"),
                        results.getString("warn_text")),
                results.getBoolean("auto_generate"),
                results.getObject("secret_policy_id", UUID.class),
                List.of((String[]) results.getArray("webhook_ids").getArray()),
                results.getBoolean("is_active"),
                secrets,
                results.getInt("policy_revision"),
                instant(results, "policy_created_at"),
                results.getString("policy_created_by"),
                instant(results, "policy_updated_at"));
    }

    private static Instant instant(ResultSet results, String column) throws SQLException {
        return results.getObject(column, OffsetDateTime.class).toInstant();
    }
}
