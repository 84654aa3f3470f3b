package ai.scailabs.vault.federation.hashicorp;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A token, and how long it is good for as far as that is known.
 *
 * @param since when it came to us
 * @param until absent: for ever, or nobody knows
 * @param renewAt absent when it is not to be renewed
 */
record TokenLease(
        String token,
        Instant since,
        @Nullable Instant until,
        @Nullable Instant renewAt) {
    private static final Duration LONGEST_MARGIN = Duration.ofSeconds(10);
    private static final long LONGEST_SECONDS = Duration.ofDays(3650).toSeconds();

    /** Of which nothing is known but itself: a renewal tells the rest. */
    static TokenLease given(String token, Instant now) {
        return new TokenLease(token, now, null, now);
    }

    /**
     * As the vault granted it, to be renewed at half of its time.
     *
     * @param seconds zero: for ever
     */
    static TokenLease granted(String token, Instant since, Instant now, long seconds, boolean renewable) {
        if (seconds <= 0) {
            return new TokenLease(token, since, null, null);
        }
        Duration time = Duration.ofSeconds(Math.min(seconds, LONGEST_SECONDS));
        // Near its end it could end on the way.
        Duration tenth = time.dividedBy(10);
        Duration margin = tenth.compareTo(LONGEST_MARGIN) < 0 ? tenth : LONGEST_MARGIN;
        return new TokenLease(
                token, since, now.plus(time).minus(margin), renewable ? now.plus(time.dividedBy(2)) : null);
    }

    boolean isOver(Instant now) {
        return until != null && !now.isBefore(until);
    }

    boolean isToBeRenewed(Instant now) {
        return renewAt != null && !now.isBefore(renewAt);
    }

    TokenLease renewingAt(@Nullable Instant later) {
        return new TokenLease(token, since, until, later);
    }

    /** A token shows nothing of itself. */
    @Override
    public String toString() {
        return "a token until " + until;
    }
}
