package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes news of certificates into the audit log, from where those are told who asked for it. */
public final class AuditedNews implements RenewalNews {
    private final OrderJournal journal;

    public AuditedNews(OrderJournal journal) {
        this.journal = journal;
    }

    @Override
    public void made(TenantTransaction tx, Made what) {
        Map<String, Object> extra = new LinkedHashMap<>();
        extra.put("event", what.renewal() ? "certificate.renewed" : "certificate.issued");
        extra.put("acme_account", what.account());
        extra.put("order_id", journal.orderText(what.order()));
        extra.put("names", what.names());
        extra.put("version", what.version());
        extra.put("serial_number", what.serial());
        extra.put("not_after", what.notAfter().toString());
        write(tx, ManagedCertificate.idText(what.certificate()), extra);
    }

    @Override
    public void failed(TenantTransaction tx, Failed what) {
        Map<String, Object> extra = new LinkedHashMap<>();
        extra.put("event", "certificate.renewal_failed");
        extra.put("acme_account", what.account());
        extra.put("order_id", journal.orderText(what.order()));
        extra.put("names", what.names());
        extra.put("problem", what.problem().shown());
        extra.put("attempts", what.attempts());
        if (what.nextAttempt() != null) {
            extra.put("next_attempt_at", what.nextAttempt().toString());
        }
        write(tx, ManagedCertificate.idText(what.certificate()), extra);
    }

    private void write(TenantTransaction tx, String resource, Map<String, Object> extra) {
        tx.update(
                AuditRows.INSERT,
                AuditRows.arguments(journal.entry(tx.tenant(), AuditAction.PKI_ACME_NEWS, resource, extra)));
    }
}
