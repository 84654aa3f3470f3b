package ai.scailabs.vault.audit.expiry;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/**
 * Tells the audit log of what is about to expire, once each for every threshold. What was told is kept in the transaction of the entry; another expiry of the same thing begins anew. Thread-safe.
 *
 * <p>Which things are due is said by a statement between {@link #FOUND} and {@link #TOLD}.
 */
public final class ExpiryNotices {
    /**
     * To be followed by a query for a tenant's things that have passed a threshold, told or not: {@code tenant_id}, {@code kind}, {@code subject}, which is one thing of the kind for ever, {@code expires_at}, the nearest
     * {@code threshold}, and whatever else is to be known of it.
     */
    public static final String FOUND = "with found as (";

    /** Keeps what is told from now on, and selects all that the query did. Its one parameter is how many at most. */
    public static final String TOLD = """
            ), due as (
                select f.* from found f
                where not exists (
                    select from expiry_notice n
                    where n.tenant_id = f.tenant_id and n.kind = f.kind and n.subject = f.subject and n.expires_at = f.expires_at
                        and n.threshold::interval <= f.threshold::interval)
                order by f.expires_at limit ?
            ), told as (
                insert into expiry_notice (tenant_id, kind, subject, expires_at, threshold)
                select due.tenant_id, due.kind, due.subject, due.expires_at, due.threshold from due
                on conflict (tenant_id, kind, subject) do update set expires_at = excluded.expires_at, threshold = excluded.threshold
            )
            select due.* from due
            """;

    private static final IdentityId BY = new IdentityId("system:expiry");
    private static final int BATCH = 200;

    private final TenantTransactions transactions;
    private final AuditEntries entries;
    private final Ids ids;
    private final Clock clock;

    public ExpiryNotices(TenantTransactions transactions, AuditEntries entries, Ids ids, Clock clock) {
        this.transactions = transactions;
        this.entries = entries;
        this.ids = ids;
        this.clock = clock;
    }

    /** Returns when nothing of the tenant is left to be told now. */
    public void tell(TenantId tenant, Things things) {
        int told = BATCH;
        while (told == BATCH) {
            Instant now = clock.instant();
            told = transactions.inTransaction(tenant, tx -> tell(tx, things, now));
        }
    }

    private int tell(TenantTransaction tx, Things things, Instant now) {
        List<ExpiryWarning> due = things.due(tx, now, BATCH);
        for (ExpiryWarning each : due) {
            Attempt attempt = new Attempt(
                    tx.tenant(), each.action(), BY, null, each.path(), null, null, ids.next("req_"), System.nanoTime());
            tx.update(
                    AuditRows.INSERT,
                    AuditRows.arguments(entries.succeeded(attempt).withExtra(each.facts(now))));
        }
        return due.size();
    }

    /** What expires, of one kind. */
    @FunctionalInterface
    public interface Things {
        /** By a statement that keeps what it selects as told. */
        List<ExpiryWarning> due(TenantTransaction tx, Instant now, int most);
    }
}
