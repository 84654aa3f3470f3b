package ai.scailabs.vault.identity.sync;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.identity.mirror.StandingChange;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.util.Map;

/** What the audit log tells of comparisons: how each ended, and whom it found suspended or let in again. */
final class SyncJournal {
    static final IdentityId BY = new IdentityId("system:scaikey-sync");

    private final AuditEntries entries;
    private final Ids ids;

    SyncJournal(AuditEntries entries, Ids ids) {
        this.entries = entries;
        this.ids = ids;
    }

    void tell(TenantTransaction tx, StandingChange standing) {
        Attempt attempt = attempt(tx.tenant(), AuditAction.IDENTITY_EVENT, standing.id());
        tx.update(
                AuditRows.INSERT,
                AuditRows.arguments(entries.succeeded(attempt)
                        .withExtra(Map.of(
                                "event_type",
                                "sync",
                                "status",
                                standing.status().value()))));
    }

    /** @param completed false: it failed */
    void ended(TenantTransaction tx, OpenRun open, boolean completed) {
        Attempt attempt =
                attempt(tx.tenant(), AuditAction.IDENTITY_SYNC, open.run().id());
        SyncCounts counts = open.run().counts();
        tx.update(
                AuditRows.INSERT,
                AuditRows.arguments((completed
                                ? entries.succeeded(attempt)
                                : entries.failed(attempt, ErrorCode.SERVICE_UNAVAILABLE))
                        .withExtra(Map.of(
                                "tenants", counts.tenants(),
                                "users", counts.users(),
                                "groups", counts.groups(),
                                "memberships", counts.memberships(),
                                "vanished", counts.vanished()))));
    }

    private Attempt attempt(TenantId log, AuditAction action, String about) {
        return new Attempt(log, action, BY, null, about, null, null, ids.next("req_"), System.nanoTime());
    }
}
