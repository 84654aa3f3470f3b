package ai.scailabs.vault.pki.serving;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tells tenants' audit logs when the service opens a key to speak TLS by it. Thread-safe. */
public final class ServingJournal {
    private static final IdentityId BY = new IdentityId("system:tls");
    private static final String PREFIX = "cert_";

    private final TenantTransactions transactions;
    private final AuditEntries entries;
    private final Ids ids;

    public ServingJournal(TenantTransactions transactions, AuditEntries entries, Ids ids) {
        this.transactions = transactions;
        this.entries = entries;
        this.ids = ids;
    }

    /**
     * Returns when the entry is durable.
     *
     * @param action that reads a key of that kind, whoever does it
     * @param startedNanos when opening it began
     */
    public void opened(TenantId tenant, AuditAction action, ServingVersion version, long startedNanos) {
        Attempt attempt = new Attempt(
                tenant,
                action,
                BY,
                null,
                Ids.text(PREFIX, version.certificate()),
                null,
                null,
                ids.next("req_"),
                startedNanos);
        Map<String, Object> extra = new LinkedHashMap<>();
        extra.put("used_for", "tls");
        extra.put("version", version.number());
        extra.put("serial_number", version.serial());
        extra.put("not_after", version.notAfter().toString());
        transactions.inTransaction(
                tenant,
                tx -> tx.update(
                        AuditRows.INSERT,
                        AuditRows.arguments(entries.succeeded(attempt).withExtra(extra))));
    }
}
