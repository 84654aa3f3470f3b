package ai.scailabs.vault.secrets.lifecycle;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.secrets.secret.SecretColumns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tells the audit log, once each, of secrets that are about to expire, by their own {@code notify_before}, and of those that have expired. What was told is kept in the transaction of the entry. Of several thresholds that
 * have passed the nearest is told. Thread-safe.
 */
public final class SecretWarnings {
    private static final IdentityId BY = new IdentityId("system:expiry");
    private static final int BATCH = 200;

    /** Nobody warns earlier than a year before; what expired longer ago than a day is no news. */
    private static final String DUE = """
            with due as (
                select s.tenant_id, s.path, s.current_version, s.secret_type, s.metadata -> 'tags' as tags, s.expires_at, passed.threshold
                from secret s
                cross join lateral (
                    select case when s.expires_at <= ?::timestamptz then '0' else (
                        select b.before from unnest(s.notify_before) as b (before)
                        where s.expires_at - b.before::interval <= ?::timestamptz order by b.before::interval limit 1) end as threshold
                ) passed
                where s.tenant_id = ? and s.expires_at > ?::timestamptz - interval '1 day' and s.expires_at <= ?::timestamptz + interval '366 days'
                    and s.deleted_at is null and passed.threshold is not null
                    and not exists (
                        select from expiry_notice n
                        where n.tenant_id = s.tenant_id and n.kind = 'secret' and n.subject = s.path and n.expires_at = s.expires_at
                            and n.threshold::interval <= passed.threshold::interval)
                order by s.expires_at limit ?
            ), told as (
                insert into expiry_notice as old (tenant_id, kind, subject, expires_at, threshold)
                select due.tenant_id, 'secret', due.path, due.expires_at, due.threshold from due
                on conflict (tenant_id, kind, subject) do update set expires_at = excluded.expires_at, threshold = excluded.threshold
            )
            select path, current_version, secret_type, tags::text, expires_at, threshold from due
            """;

    private final TenantTransactions transactions;
    private final AuditEntries entries;
    private final Ids ids;
    private final Clock clock;

    public SecretWarnings(TenantTransactions transactions, AuditEntries entries, Ids ids, Clock clock) {
        this.transactions = transactions;
        this.entries = entries;
        this.ids = ids;
        this.clock = clock;
    }

    /** Returns when nothing of the tenant is left to be told now. */
    public void tell(TenantId tenant) {
        int told = BATCH;
        while (told == BATCH) {
            Instant now = clock.instant();
            told = transactions.inTransaction(tenant, tx -> tell(tx, now));
        }
    }

    private int tell(TenantTransaction tx, Instant now) {
        String tenant = tx.tenant().value();
        List<Due> due = tx.query(DUE, SecretWarnings::due, now, now, tenant, now, now, BATCH);
        for (Due each : due) {
            boolean expired = each.threshold().equals("0");
            Attempt attempt = new Attempt(
                    tx.tenant(),
                    expired ? AuditAction.SECRET_EXPIRED : AuditAction.SECRET_EXPIRING,
                    BY,
                    null,
                    each.path(),
                    null,
                    null,
                    ids.next("req_"),
                    System.nanoTime());
            Map<String, Object> facts = new HashMap<>();
            facts.put("version", each.version());
            facts.put("secret_type", each.type());
            facts.put("expires_at", each.expiresAt().toString());
            if (!expired) {
                facts.put("threshold", each.threshold());
                facts.put(
                        "days_remaining",
                        Duration.between(now, each.expiresAt()).toDays());
            }
            if (!each.tags().isEmpty()) {
                facts.put("tags", each.tags());
            }
            tx.update(
                    AuditRows.INSERT,
                    AuditRows.arguments(entries.succeeded(attempt).withExtra(facts)));
        }
        return due.size();
    }

    private static Due due(ResultSet row, int number) throws SQLException {
        return new Due(
                row.getString(1),
                row.getInt(2),
                row.getString(3),
                tags(row.getString(4)),
                SecretColumns.instant(row, 5),
                row.getString(6));
    }

    private static List<String> tags(@Nullable String json) {
        return json == null
                ? List.of()
                : JsonMapper.shared()
                        .readTree(json)
                        .valueStream()
                        .map(JsonNode::asString)
                        .toList();
    }

    private record Due(String path, int version, String type, List<String> tags, Instant expiresAt, String threshold) {}
}
