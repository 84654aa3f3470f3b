package ai.scailabs.vault.tenancy.erasure;

import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One erasure.
 *
 * @param space in which it lies: the one that the partner of whoever asked for it shares
 * @param subject whose keys end: the id of a tenant or a partner
 * @param dueAt the first moment at which it may be confirmed
 * @param expiresAt the last
 * @param report JSON text, once it is completed
 */
public record Erasure(
        TenantId space,
        String id,
        ErasureLevel level,
        String subject,
        ErasureStatus status,
        String requestedBy,
        Instant requestedAt,
        Instant dueAt,
        Instant expiresAt,
        @Nullable String confirmedBy,
        @Nullable Instant confirmedAt,
        @Nullable String cancelledBy,
        @Nullable Instant finishedAt,
        @Nullable String report) {}
