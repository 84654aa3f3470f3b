package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the log that is exported tells of how an export ended. */
public final class ExportJournal {
    /** Who does what exports do. */
    public static final IdentityId BY = new IdentityId("system:audit-export");

    private final AuditEntries entries;
    private final Ids ids;

    public ExportJournal(AuditEntries entries, Ids ids) {
        this.entries = entries;
        this.ids = ids;
    }

    /** @param failure absent when all is written */
    void ended(TenantTransaction tx, Export export, @Nullable ExportFailure failure) {
        Attempt attempt = new Attempt(
                tx.tenant(),
                AuditAction.EXPORT_COMPLETE,
                BY,
                null,
                export.id(),
                null,
                null,
                ids.next("req_"),
                System.nanoTime());
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("created_by", export.createdBy());
        facts.put("entries", export.state().totals().entries());
        facts.put("files", export.state().totals().files());
        if (failure != null) {
            facts.put("reason", failure.code());
        }
        AuditEntry entry = failure == null ? entries.succeeded(attempt) : entries.failed(attempt, failure.recorded());
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry.withExtra(facts)));
    }
}
