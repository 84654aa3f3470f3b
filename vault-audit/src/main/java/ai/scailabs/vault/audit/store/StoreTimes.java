package ai.scailabs.vault.audit.store;

import java.time.Duration;

/**
 * How long a store is waited for.
 *
 * @param each request, until its answer begins: a part of 8 MiB is sent meanwhile
 * @param tries of one request, pauses with jitter between them
 * @param longestPause between two tries
 */
public record StoreTimes(Duration each, int tries, Duration longestPause) {
    public static final StoreTimes USUAL = new StoreTimes(Duration.ofSeconds(60), 4, Duration.ofSeconds(10));

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

    /** Before the second try. */
    public Duration firstPause() {
        return longestPause.compareTo(FIRST_PAUSE) < 0 ? longestPause : FIRST_PAUSE;
    }

    /** Everything that one call may take. */
    public Duration all() {
        return each.plus(longestPause).multipliedBy(tries);
    }
}
