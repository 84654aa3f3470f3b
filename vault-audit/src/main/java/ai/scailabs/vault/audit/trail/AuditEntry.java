package ai.scailabs.vault.audit.trail;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One row of the trail. Holds names and outcomes, never a value of a secret, a token or a key.
 *
 * @param tenant whose log the entry lies in
 * @param occurredAt microsecond precision is kept
 * @param identity absent when the caller could not be identified
 * @param actingTenant the tenant of the identity, when it is not {@code tenant}
 * @param path the resource, for example a secret's path; only ever a legal path or an id of ours
 * @param errorCode present exactly when the attempt failed
 * @param extra small; what the action needs beyond the columns, or why policies refused it
 */
public record AuditEntry(
        TenantId tenant,
        Instant occurredAt,
        UUID id,
        AuditAction action,
        @Nullable IdentityId identity,
        @Nullable TenantId actingTenant,
        @Nullable String path,
        @Nullable String sourceIp,
        @Nullable String userAgent,
        @Nullable ErrorCode errorCode,
        int durationMillis,
        String requestId,
        Map<String, Object> extra) {
    public AuditEntry {
        extra = Map.copyOf(extra);
    }

    public boolean success() {
        return errorCode == null;
    }

    /** The same entry about a resource whose name was not known before. */
    public AuditEntry withPath(String known) {
        return new AuditEntry(
                tenant,
                occurredAt,
                id,
                action,
                identity,
                actingTenant,
                known,
                sourceIp,
                userAgent,
                errorCode,
                durationMillis,
                requestId,
                extra);
    }

    /** The same entry with what the action found or made. */
    public AuditEntry withExtra(Map<String, Object> known) {
        return new AuditEntry(
                tenant,
                occurredAt,
                id,
                action,
                identity,
                actingTenant,
                path,
                sourceIp,
                userAgent,
                errorCode,
                durationMillis,
                requestId,
                known);
    }
}
