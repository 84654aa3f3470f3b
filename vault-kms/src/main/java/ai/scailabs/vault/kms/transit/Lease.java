package ai.scailabs.vault.kms.transit;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A token, and how long it is good for as far as that is known.
 *
 * @param since when we got it
 * @param until absent: for ever, or nobody knows
 * @param full how long it was good for when we got it
 */
record Lease(String token, Instant since, @Nullable Instant until, Duration full, boolean renewable) {
    /** @param seconds zero: for ever */
    static Lease of(String token, Instant now, long seconds, boolean renewable) {
        Duration time = Duration.ofSeconds(seconds);
        return new Lease(token, now, seconds <= 0 ? null : now.plus(time), time, renewable);
    }

    static Lease unknown(String token, Instant now) {
        return of(token, now, 0, false);
    }

    /** The same token, with what was learned of it. */
    Lease extended(Lease news) {
        return new Lease(token, since, news.until, full.isZero() ? news.full : full, news.renewable);
    }

    boolean isOver(Instant now) {
        return until != null && !now.isBefore(until);
    }

    /** Zero when it is over, or never is. */
    Duration left(Instant now) {
        return until == null || isOver(now) ? Duration.ZERO : Duration.between(now, until);
    }

    /** A token shows nothing of itself. */
    @Override
    public String toString() {
        return "a token until " + until;
    }
}
