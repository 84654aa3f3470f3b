package ai.scailabs.vault.audit.trail;

import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * What a caller set out to do, before the outcome is known.
 *
 * @param tenant whose log the entry will lie in
 * @param startedNanos {@link System#nanoTime()} at the arrival of the request
 */
public record Attempt(
        TenantId tenant,
        AuditAction action,
        @Nullable IdentityId identity,
        @Nullable TenantId actingTenant,
        @Nullable String path,
        @Nullable String sourceIp,
        @Nullable String userAgent,
        String requestId,
        long startedNanos) {}
