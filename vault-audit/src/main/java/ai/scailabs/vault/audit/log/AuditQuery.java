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
        @Nullable String path,
        @Nullable String pathPrefix,
        @Nullable Boolean success,
        @Nullable String sourceIp,
        @Nullable String requestId,
        int limit,
        @Nullable AuditPosition after) {
    private static final Instant FIRST = Instant.EPOCH;
    /** The last time that every driver and PostgreSQL agree on. */
    static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    Instant first() {
        return from == null ? FIRST : from;
    }

    Instant end() {
        return to == null ? LAST : to;
    }

    /** Where to begin: everything that is wanted is older. */
    AuditPosition start() {
        AuditPosition latest = AuditPosition.before(end());
        return after == null || latest.isOlderThan(after) ? latest : after;
    }

    /** @param until exclusive */
    AuditQuery within(Instant since, Instant until) {
        return new AuditQuery(
                since.isBefore(first()) ? from : since,
                until.isAfter(end()) ? to : until,
                actions,
                identityId,
                identityType,
                path,
                pathPrefix,
                success,
                sourceIp,
                requestId,
                limit,
                after);
    }

    String @Nullable [] actionNames() {
        return actions.isEmpty()
                ? null
                : actions.stream().map(AuditAction::wireName).toArray(String[]::new);
    }
}
