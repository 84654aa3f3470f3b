package ai.scailabs.vault.tenancy.rotation;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the audit log of a job's space tells of it: that it was put down without a request, that it began, and how it ended. */
final class KeyJobJournal {
    static final IdentityId BY = new IdentityId("system:key-rotation");

    private final AuditEntries entries;
    private final Ids ids;

    KeyJobJournal(AuditEntries entries, Ids ids) {
        this.entries = entries;
        this.ids = ids;
    }

    void putDown(TenantTransaction tx, KeyJob job) {
        write(tx, job, null, facts(job, "put_down"));
    }

    /** @param made absent where none is made */
    void began(TenantTransaction tx, OpenJob open, OpenJob.State state) {
        Map<String, Object> facts = facts(open.job(), "began");
        if (state.keyId() != null) {
            facts.put("key_id", state.keyId().toString());
        }
        write(tx, open.job(), null, facts);
    }

    /** @param failure absent when everything is wrapped anew */
    void ended(
            TenantTransaction tx, OpenJob open, OpenJob.State state, KeyJobStatus status, @Nullable ErrorCode failure) {
        Map<String, Object> facts = facts(open.job(), "ended");
        facts.put("status", status.wireName());
        facts.put("succeeded", state.succeeded());
        facts.put("failed", state.failed());
        write(tx, open.job(), failure, facts);
    }

    private static Map<String, Object> facts(KeyJob job, String event) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("event", event);
        facts.put("kind", job.kind().wireName());
        facts.put("trigger", job.trigger().wireName());
        return facts;
    }

    private void write(TenantTransaction tx, KeyJob job, @Nullable ErrorCode failure, Map<String, Object> facts) {
        Attempt attempt = new Attempt(
                tx.tenant(),
                AuditAction.KEY_ROTATE,
                BY,
                null,
                job.id(),
                null,
                null,
                ids.next("req_"),
                System.nanoTime());
        AuditEntry entry = failure == null ? entries.succeeded(attempt) : entries.failed(attempt, failure);
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry.withExtra(facts)));
    }
}
