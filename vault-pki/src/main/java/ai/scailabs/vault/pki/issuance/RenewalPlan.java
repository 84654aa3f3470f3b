package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.pki.timing.RenewalTimes;
import ai.scailabs.vault.pki.x509.Validity;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How it goes on with a certificate whose key is kept.
 *
 * @param wanted whether it is renewed by itself
 * @param timeToLive that was given, and the next will have
 * @param before in whose place it comes; null for none
 */
record RenewalPlan(
        boolean wanted, Duration timeToLive, @Nullable DueRenewal before) {
    /** However short it lives, so that nobody is kept busy by one certificate. */
    private static final Duration SOONEST = Duration.ofSeconds(5);

    /** Null for never: also of one that has no end. */
    @Nullable
    Instant dueAt(RenewalTimes times, Validity validity, Instant now) {
        if (!wanted || validity.notAfter().equals(Validity.NO_EXPIRY)) {
            return null;
        }
        Instant due = dueAt(times, validity.notAfter(), timeToLive);
        Instant soonest = now.plus(SOONEST);
        return due.isBefore(soonest) ? soonest : due;
    }

    /** What lies before the time to live is for clocks that are late. */
    static Instant dueAt(RenewalTimes times, Instant notAfter, Duration timeToLive) {
        Instant end = notAfter.plusSeconds(1);
        return times.renewal(end.minus(timeToLive), end);
    }
}
