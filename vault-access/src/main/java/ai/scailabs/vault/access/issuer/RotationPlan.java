package ai.scailabs.vault.access.issuer;

import java.time.Duration;
import java.time.Instant;

/**
 * When a key gives way to the next. The next is made, and published, some time before it signs, so that whoever remembers our keys has it by then; and a key stays published
 * until the last token that it signed has expired.
 *
 * @param signsFor how long one key signs
 */
record RotationPlan(Duration signsFor) {
    private static final Duration LONGEST_ANNOUNCEMENT = Duration.ofDays(1);
    /** More than the skew that is granted to a token's expiry. */
    private static final Duration MARGIN = Duration.ofMinutes(5);

    Instant signsUntil(SigningKey key) {
        Instant byPlan = key.signsFrom().plus(signsFor);
        Instant byRow = key.expiresAt().minus(TenantIssuer.LONGEST_LIFE).minus(MARGIN);
        return byPlan.isBefore(byRow) ? byPlan : byRow;
    }

    Instant expiryOf(Instant signsFrom) {
        return signsFrom.plus(signsFor).plus(TenantIssuer.LONGEST_LIFE).plus(MARGIN);
    }

    /** From when on the next one is to be published. */
    boolean isNextDue(SigningKey current, Instant now) {
        Duration tenth = signsFor.dividedBy(10);
        Duration announced = tenth.compareTo(LONGEST_ANNOUNCEMENT) < 0 ? tenth : LONGEST_ANNOUNCEMENT;
        return !now.isBefore(signsUntil(current).minus(announced));
    }
}
