package ai.scailabs.vault.persistence.due;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When something is tried again. Twice as late each time, and never at the same moment as others that failed with it. Thread-safe. */
public final class Backoff {
    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofHours(1);
    /** Directories count failures, and bar whoever fails often. */
    private static final Duration FIRST_ANEW = Duration.ofMinutes(5);

    private static final Duration LONGEST_ANEW = Duration.ofHours(12);
    private static final Duration AFTER_A_LIMIT = Duration.ofHours(1);
    /** Whatever a directory says. */
    private static final Duration LONGEST_WISH = Duration.ofDays(1);

    private final SecureRandom random;

    public Backoff(SecureRandom random) {
        this.random = random;
    }

    /**
     * The same step again.
     *
     * @param limited whether it was done too often
     * @param notBefore as whoever refused it wants it; null when they did not say
     */
    public Instant again(int attempts, boolean limited, @Nullable Instant notBefore, Instant now) {
        Duration pause = limited && notBefore == null ? AFTER_A_LIMIT : grown(FIRST, LONGEST, attempts);
        return later(now.plus(spread(pause)), notBefore, now);
    }

    /** Everything from the beginning. */
    public Instant anew(int attempts, @Nullable Instant notBefore, Instant now) {
        return later(now.plus(spread(grown(FIRST_ANEW, LONGEST_ANEW, attempts))), notBefore, now);
    }

    /** While a directory is at work: often at first. */
    public static Instant poll(@Nullable Instant wish, Instant since, Instant now) {
        Duration waited = Duration.between(since, now);
        Duration pause = waited.compareTo(Duration.ofSeconds(5)) < 0
                ? Duration.ofMillis(250)
                : Duration.ofSeconds(waited.compareTo(Duration.ofMinutes(1)) < 0 ? 2 : 15);
        return later(now.plus(pause), wish, now);
    }

    /** When that much time has gone by, more or less. */
    public Instant after(Duration pause, Instant now) {
        return now.plus(spread(pause));
    }

    /** A moment before that, so that what was made together is not renewed together. */
    public Instant before(Instant at, Duration most) {
        return at.minusMillis(random.nextLong(Math.max(1, most.toMillis())));
    }

    /** Any moment of those. */
    public Instant within(Instant start, Instant end) {
        long millis = Duration.between(start, end).toMillis();
        return millis <= 0 ? start : start.plusMillis(random.nextLong(millis));
    }

    private static Instant later(Instant own, @Nullable Instant wish, Instant now) {
        if (wish == null) {
            return own;
        }
        Instant bounded = wish.isAfter(now.plus(LONGEST_WISH)) ? now.plus(LONGEST_WISH) : wish;
        return bounded.isAfter(own) ? bounded : own;
    }

    private static Duration grown(Duration first, Duration longest, int attempts) {
        Duration grown = first.multipliedBy(1L << Math.min(Math.max(attempts, 0), 12));
        return grown.compareTo(longest) > 0 ? longest : grown;
    }

    /** By a quarter in either direction. */
    private Duration spread(Duration pause) {
        long quarter = Math.max(1, pause.toMillis() / 4);
        return pause.plusMillis(random.nextLong(2 * quarter) - quarter);
    }
}
