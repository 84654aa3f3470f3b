package ai.scailabs.vault.audit.trail;

import ai.scailabs.vault.kernel.id.Ids;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When an entry was made, as far as the id of its request tells: an id that this service gives has the time in it, and the entry follows within a moment. A caller may choose an id, or use one again;
 * then they are apart.
 */
public final class RequestTime {
    private static final String PREFIX = "req_";
    private static final Duration BEFORE = Duration.ofMillis(50);
    private static final Duration BEHIND = Duration.ofSeconds(2);

    private RequestTime() {}

    /** The times of the entries that are not apart from it; empty when the id tells none, so that all are. */
    public static Optional<Span> of(String requestId) {
        return Ids.uuid(PREFIX, requestId)
                .map(Ids::madeAt)
                .map(made -> new Span(made.minus(BEFORE), made.plus(BEHIND)));
    }

    static boolean isApart(String requestId, Instant occurredAt) {
        return of(requestId).filter(span -> span.holds(occurredAt)).isEmpty();
    }

    /** @param end exclusive */
    public record Span(Instant first, Instant end) {
        boolean holds(Instant time) {
            return !time.isBefore(first) && time.isBefore(end);
        }
    }
}
