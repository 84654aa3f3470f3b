package ai.scailabs.vault.events.delivery;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/** Disables what nothing has reached for too long, and tells the audit log. */
public final class DeliveryJournal {
    private static final IdentityId BY = new IdentityId("system:events");

    private final TenantTransactions transactions;
    private final AuditEntries entries;
    private final Ids ids;

    public DeliveryJournal(TenantTransactions transactions, AuditEntries entries, Ids ids) {
        this.transactions = transactions;
        this.entries = entries;
        this.ids = ids;
    }

    /** Nothing when whoever asks has no longer the lease. */
    void disable(Target target, UUID lease, Instant failingSince) {
        transactions.inTransaction(target.tenant(), tx -> {
            int disabled = tx.update("""
                    update event_target set enabled = false, disabled_reason = 'failing', lease_until = null, revision = revision + 1
                    where tenant_id = ? and target_id = ? and lease = ?
                    """, target.tenant().value(), target.id(), lease);
            if (disabled > 0) {
                record(tx, target, failingSince);
            }
            return disabled;
        });
    }

    private void record(TenantTransaction tx, Target target, Instant failingSince) {
        boolean webhook = target.kind() == Target.Kind.WEBHOOK;
        Attempt attempt = new Attempt(
                tx.tenant(),
                webhook ? AuditAction.WEBHOOK_UPDATE : AuditAction.SUBSCRIPTION_UPDATE,
                BY,
                null,
                target.id(),
                null,
                null,
                ids.next("req_"),
                System.nanoTime());
        Map<String, Object> told =
                Map.of("name", target.name(), "disabled", true, "failing_since", failingSince.toString());
        tx.update(
                AuditRows.INSERT, AuditRows.arguments(entries.succeeded(attempt).withExtra(told)));
    }
}
