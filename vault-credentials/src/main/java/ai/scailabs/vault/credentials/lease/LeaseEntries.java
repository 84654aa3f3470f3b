package ai.scailabs.vault.credentials.lease;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the audit log is told of leases. Thread-safe. */
final class LeaseEntries {
    /** Who ends what nobody asks to be ended at that moment. */
    static final IdentityId BY = new IdentityId("system:lease-manager");

    private final AuditEntries entries;
    private final Ids ids;

    LeaseEntries(AuditEntries entries, Ids ids) {
        this.entries = entries;
        this.ids = ids;
    }

    AuditEntry ended(Lease lease) {
        return about(entries.succeeded(attempt(lease)), lease, Map.of());
    }

    AuditEntry stuck(Lease lease, String code, String message) {
        return about(
                entries.failed(attempt(lease), ErrorCode.BACKEND_UNAVAILABLE),
                lease,
                Map.of("problem", Map.of("code", code, "message", message), "attempts", lease.attempts() + 1));
    }

    private Attempt attempt(Lease lease) {
        return new Attempt(
                lease.tenant(),
                AuditAction.DYNAMIC_REVOKE,
                BY,
                null,
                lease.path().value(),
                null,
                null,
                ids.next("req_"),
                System.nanoTime());
    }

    static AuditEntry about(AuditEntry entry, Lease lease, Map<String, Object> more) {
        Map<String, Object> facts = new LinkedHashMap<>(entry.extra());
        facts.put("lease_id", lease.text());
        facts.put("engine", lease.engine());
        facts.put("role", lease.role());
        facts.put("held_by", lease.holder().value());
        facts.put("expires_at", lease.expiresAt().toString());
        if (lease.reason() != null) {
            facts.put("reason", lease.reason());
        }
        facts.putAll(more);
        return entry.withPath(lease.path().value()).withExtra(facts);
    }
}
