package ai.scailabs.vault.audit.retention;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What is decided of a tenant's entries, and who decides it. Thread-safe. */
public final class RetentionService {
    private static final String SELECT =
            "select retention_days, legal_hold, needs_archive from audit_retention where tenant_id = ?";

    private final TenantTransactions transactions;
    private final int defaultDays;
    private final Clock clock;

    /** @param defaultDays for tenants that have decided nothing */
    public RetentionService(TenantTransactions transactions, int defaultDays, Clock clock) {
        this.transactions = transactions;
        this.defaultDays = defaultDays;
        this.clock = clock;
    }

    public Retention of(TenantId tenant) {
        return transactions
                .queryOne(
                        tenant,
                        SELECT,
                        (row, number) -> new Retention(row.getInt(1), row.getBoolean(2), row.getBoolean(3)),
                        tenant.value())
                .orElse(byDefault());
    }

    private Retention byDefault() {
        return new Retention(defaultDays, false, false);
    }

    /**
     * Changes what is decided, together with the entry that tells what was before and what is now.
     *
     * @param by the caller's identity
     * @return what is decided now
     */
    public Retention change(TenantId tenant, UnaryOperator<Retention> change, @Nullable String by, AuditEntry entry) {
        return transactions.inTransaction(tenant, tx -> {
            Retention before = tx.queryOne(
                            SELECT + " for update",
                            (row, number) -> new Retention(row.getInt(1), row.getBoolean(2), row.getBoolean(3)),
                            tenant.value())
                    .orElse(byDefault());
            Retention after = change.apply(before);
            store(tx, after, by);
            Map<String, Object> extra = new HashMap<>(entry.extra());
            extra.put("before", told(before));
            extra.put("after", told(after));
            tx.update(AuditRows.INSERT, AuditRows.arguments(entry.withExtra(extra)));
            return after;
        });
    }

    private void store(TenantTransaction tx, Retention retention, @Nullable String by) {
        tx.update(
                """
                insert into audit_retention (tenant_id, retention_days, legal_hold, needs_archive, updated_at, updated_by) values (?, ?, ?, ?, ?, ?)
                on conflict (tenant_id) do update set retention_days = excluded.retention_days, legal_hold = excluded.legal_hold,
                    needs_archive = excluded.needs_archive, updated_at = excluded.updated_at, updated_by = excluded.updated_by
                """,
                tx.tenant().value(),
                retention.days(),
                retention.legalHold(),
                retention.needsArchive(),
                clock.instant().truncatedTo(ChronoUnit.MICROS),
                by == null ? "unknown" : by);
    }

    private static Map<String, Object> told(Retention retention) {
        return Map.of(
                "retention_days",
                retention.days(),
                "legal_hold",
                retention.legalHold(),
                "needs_archive",
                retention.needsArchive());
    }
}
