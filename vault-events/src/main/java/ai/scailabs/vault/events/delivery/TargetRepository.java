package ai.scailabs.vault.events.delivery;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.events.delivery.Target.Kind;
import ai.scailabs.vault.events.outbox.EventFilter;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.PathGlob;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The SQL of targets as callers see them. Methods that take a transaction belong to a change that writes its audit row in the same one. */
public final class TargetRepository {
    private final TenantTransactions transactions;

    public TargetRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    public TenantTransactions transactions() {
        return transactions;
    }

    /**
     * In the order in which they were made.
     *
     * @param owner whose; null for all
     * @param after an id, or empty to begin
     */
    public List<Target> page(TenantId tenant, Kind kind, @Nullable String owner, String after, int limit) {
        return transactions.query(
                tenant,
                "select " + DeliveryRows.TARGET
                        + " from event_target g join tenant t on t.tenant_id = g.tenant_id where g.tenant_id = ? and g.kind = ? and g.target_id > ?"
                        + " and (?::text is null or g.created_by = ?) order by g.target_id limit ?",
                DeliveryRows::target,
                tenant.value(),
                wireName(kind),
                after,
                owner,
                owner,
                limit);
    }

    public Optional<Target> find(TenantId tenant, Kind kind, String id) {
        return transactions.queryOne(
                tenant,
                "select " + DeliveryRows.TARGET
                        + " from event_target g join tenant t on t.tenant_id = g.tenant_id where g.tenant_id = ? and g.target_id = ? and g.kind = ?",
                DeliveryRows::target,
                tenant.value(),
                id,
                wireName(kind));
    }

    /** As it is when nobody else changes it any more. */
    public Optional<Target> lock(TenantTransaction tx, Kind kind, String id) {
        return tx.queryOne(
                "select " + DeliveryRows.TARGET
                        + " from event_target g join tenant t on t.tenant_id = g.tenant_id where g.tenant_id = ? and g.target_id = ? and g.kind = ? for update of g",
                DeliveryRows::target,
                tx.tenant().value(),
                id,
                wireName(kind));
    }

    public int count(TenantTransaction tx, Kind kind) {
        return tx.queryOne(
                        "select count(*) from event_target where tenant_id = ? and kind = ?",
                        (row, number) -> row.getInt(1),
                        tx.tenant().value(),
                        wireName(kind))
                .orElseThrow();
    }

    /** Absent when there is no such tenant. */
    public Optional<PartnerId> partner(TenantTransaction tx) {
        return tx.queryOne(
                "select partner_id from tenant where tenant_id = ?",
                (row, number) -> new PartnerId(row.getString(1)),
                tx.tenant().value());
    }

    /** What happened so far does not concern it. */
    public void insert(TenantTransaction tx, Target target) {
        EventFilter filter = target.filter();
        tx.update(
                """
                insert into event_target (tenant_id, target_id, kind, name, delivery, url, event_types, path_prefix, secret_type, tags, paths, buffer_size, enabled, standing,
                    revision, created_at, created_by, updated_at, told_from, cursor)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce((select h.position from event_head h where h.tenant_id = ?), 0))
                """,
                tx.tenant().value(),
                target.id(),
                wireName(target.kind()),
                target.name(),
                target.isSentTo() ? "webhook" : "polling",
                target.url(),
                types(filter),
                filter.pathPrefix(),
                filter.secretType(),
                filter.tags().toArray(new String[0]),
                paths(filter),
                target.bufferSize(),
                target.enabled(),
                target.standing(),
                target.revision(),
                target.createdAt(),
                target.createdBy(),
                target.updatedAt(),
                filter.since(),
                tx.tenant().value());
    }

    /**
     * @param fromNow whether it begins with what happens from now on
     * @param afresh whether what failed so far is forgotten, also by whoever is sending to it right now
     */
    public void update(TenantTransaction tx, Target target, boolean fromNow, boolean afresh) {
        EventFilter filter = target.filter();
        tx.update(
                """
                update event_target set name = ?, url = ?, delivery = ?, event_types = ?, path_prefix = ?, secret_type = ?, tags = ?, paths = ?, buffer_size = ?, enabled = ?,
                    disabled_reason = case when ? then null else disabled_reason end, standing = ?, revision = ?, updated_at = ?, told_from = ?,
                    cursor = case when ? then greatest(cursor, coalesce((select h.position from event_head h where h.tenant_id = event_target.tenant_id), 0)) else cursor end,
                    attempts = case when ? then 0 else attempts end, failing_since = case when ? then null else failing_since end,
                    next_attempt_at = case when ? then null else next_attempt_at end,
                    lease = case when ? then null else lease end, lease_until = case when ? then null else lease_until end
                where tenant_id = ? and target_id = ?
                """,
                target.name(),
                target.url(),
                target.isSentTo() ? "webhook" : "polling",
                types(filter),
                filter.pathPrefix(),
                filter.secretType(),
                filter.tags().toArray(new String[0]),
                paths(filter),
                target.bufferSize(),
                target.enabled(),
                target.enabled(),
                target.standing(),
                target.revision(),
                target.updatedAt(),
                filter.since(),
                fromNow,
                afresh,
                afresh,
                afresh,
                afresh,
                afresh,
                tx.tenant().value(),
                target.id());
    }

    /** What waits to be fetched waits no more. */
    public void empty(TenantTransaction tx, Target target) {
        tx.update(
                "delete from event_queue where tenant_id = ? and target_id = ?",
                tx.tenant().value(),
                target.id());
    }

    /** It is not signed for any more. */
    public void forgetSecrets(TenantTransaction tx, Target target) {
        tx.update(
                "delete from event_signing_key where tenant_id = ? and target_id = ?",
                tx.tenant().value(),
                target.id());
    }

    public void delete(TenantTransaction tx, Target target) {
        empty(tx, target);
        tx.update(
                "delete from event_target where tenant_id = ? and target_id = ?",
                tx.tenant().value(),
                target.id());
    }

    public void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    private static String[] types(EventFilter filter) {
        return filter.typeNames().toArray(String[]::new);
    }

    private static String[] paths(EventFilter filter) {
        return filter.paths().stream().map(PathGlob::pattern).toArray(String[]::new);
    }

    private static String wireName(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
