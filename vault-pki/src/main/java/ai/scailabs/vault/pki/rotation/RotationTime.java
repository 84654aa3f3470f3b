package ai.scailabs.vault.pki.rotation;

import ai.scailabs.vault.pki.issuer.AuthorityGeneration;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;

/**
 * When the key of an authority gives way to another: at two thirds of its life, or earlier, so that certificates of its roles do not outlive it, but never before the half: an authority whose roles give certificates
 * for as long as it lives itself would do nothing else.
 */
final class RotationTime {
    /** Of its life, beyond what its roles need. */
    private static final int MARGIN = 30;

    private RotationTime() {}

    /** @param longest for which certificates are given by it */
    static Instant due(AuthorityGeneration generation, Duration longest) {
        Duration life = life(generation);
        Instant begin = generation.notBefore();
        Instant half = begin.plus(life.dividedBy(2));
        Instant twoThirds = begin.plus(life.multipliedBy(2).dividedBy(3));
        Instant needed = begin.plus(life).minus(longest).minus(life.dividedBy(MARGIN));
        return needed.isBefore(half) ? half : needed.isAfter(twoThirds) ? twoThirds : needed;
    }

    /** For how many days the next is good: as many as the one before, and within the parent's. Empty when the parent leaves less than half of that, as nothing would be won. */
    static OptionalInt days(AuthorityGeneration generation, AuthorityGeneration parent, Instant now) {
        long before = Math.max(1, Math.round(life(generation).toHours() / 24.0));
        long left = Duration.between(now, parent.notAfter()).toDays();
        return 2 * left < before ? OptionalInt.empty() : OptionalInt.of((int) Math.min(before, left));
    }

    private static Duration life(AuthorityGeneration generation) {
        return Duration.between(generation.notBefore(), generation.notAfter()).plusSeconds(1);
    }
}
