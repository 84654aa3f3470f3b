package ai.scailabs.vault.api.request;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a request before anybody looks at its token.
 *
 * @param requestId the caller's, when it has the right form, else ours
 * @param sourceIsCaller false when it is the address of a proxy that did not tell the caller's
 * @param userAgent printable ASCII, at most 256 characters
 * @param askedTenant what stood in the place of the tenant in the prefix {@code /v1/t/{tenant}}, as it was sent
 * @param startedNanos {@link System#nanoTime()} at arrival
 */
public record RequestFacts(
        String requestId,
        String sourceIp,
        boolean sourceIsCaller,
        @Nullable String userAgent,
        @Nullable String askedTenant,
        long startedNanos) {
    static final String ATTRIBUTE = RequestFacts.class.getName();

    /** Those of a request that passed the gate. */
    public static RequestFacts of(HttpServletRequest request) {
        return (RequestFacts) request.getAttribute(ATTRIBUTE);
    }

    /** For decisions; absent when it is not known. */
    @Nullable
    String callerAddress() {
        return sourceIsCaller ? sourceIp : null;
    }

    Attempt attempt(
            TenantId log,
            AuditAction action,
            @Nullable IdentityId identity,
            @Nullable TenantId acting,
            @Nullable String path) {
        return new Attempt(log, action, identity, acting, path, sourceIp, userAgent, requestId, startedNanos);
    }
}
