package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import java.util.Map;
import java.util.UUID;

/** Entries about what is done for orders without anybody asking. */
public final class OrderJournal {
    static final IdentityId BY = new IdentityId("system:acme");

    private final AuditEntries entries;
    private final Ids ids;

    public OrderJournal(AuditEntries entries, Ids ids) {
        this.entries = entries;
        this.ids = ids;
    }

    AuditEntry entry(TenantId tenant, AuditAction action, String resource, Map<String, Object> extra) {
        Attempt attempt =
                new Attempt(tenant, action, BY, null, resource, null, null, ids.next("req_"), System.nanoTime());
        return entries.succeeded(attempt).withExtra(extra);
    }

    String orderText(UUID order) {
        return Ids.text(AcmeOrder.PREFIX, order);
    }
}
