package ai.scailabs.vault.audit.log;

import ai.scailabs.vault.audit.trail.AuditAction;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which entries are wanted; an absent filter lets everything through. All matches are exact but {@code pathPrefix}.
 *
 * @param from inclusive
 * @param to exclusive
 * @param actions any of them; empty for all
 * @param limit 1 to 1,000
 * @param after entries older than this one only
 */
public record AuditQuery(
        @Nullable Instant from,
        @Nullable Instant to,
        List<AuditAction> actions,
        @Nullable String identityId,
        @Nullable String identityType,
        @Nullable String pathPrefix,
        @Nullable Boolean success,
        @Nullable String sourceIp,
        @Nullable String requestId,
        int limit,
        @Nullable AuditPosition after) {}
