package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the audit log is told of rotations. Thread-safe. */
final class RotationEntries {
    /** Who does what nobody asked for at that moment. */
    static final IdentityId BY = new IdentityId("system:rotation-scheduler");

    private final AuditEntries entries;
    private final Ids ids;

    RotationEntries(AuditEntries entries, Ids ids) {
        this.entries = entries;
        this.ids = ids;
    }

    AuditEntry succeeded(Assignment about, AuditAction action, Map<String, Object> facts) {
        return entries.succeeded(attempt(about, action)).withExtra(merged(about, facts));
    }

    AuditEntry failed(Assignment about, ErrorCode code, Map<String, Object> facts) {
        return entries.failed(attempt(about, AuditAction.ROTATE), code).withExtra(merged(about, facts));
    }

    private Attempt attempt(Assignment about, AuditAction action) {
        return new Attempt(
                about.policy().tenant(),
                action,
                BY,
                null,
                about.path().value(),
                null,
                null,
                ids.next("req_"),
                System.nanoTime());
    }

    private static Map<String, Object> merged(Assignment about, Map<String, Object> facts) {
        Map<String, Object> all = of(about);
        all.put("on_behalf_of", about.right().identity().value());
        all.put("secret_type", about.secretType());
        if (!about.tags().isEmpty()) {
            all.put("tags", about.tags());
        }
        all.putAll(facts);
        return all;
    }

    /** Under which policy it is. */
    static Map<String, Object> of(Assignment about) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("rotation_policy_id", about.policy().text());
        facts.put("rotation_policy_name", about.policy().name());
        if (!about.policy().webhooks().isEmpty()) {
            facts.put("webhook_ids", about.policy().webhooks());
        }
        return facts;
    }

    static AuditEntry about(AuditEntry entry, SecretPath path, RotationPolicy policy) {
        return with(
                entry.withPath(path.value()),
                Map.of("rotation_policy_id", policy.text(), "rotation_policy_name", policy.name()));
    }

    static AuditEntry with(AuditEntry entry, Map<String, Object> facts) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.putAll(facts);
        return entry.withExtra(extra);
    }
}
