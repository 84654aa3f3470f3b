package ai.scailabs.vault.pki.timing;

import ai.scailabs.vault.persistence.due.Backoff;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** When a certificate is renewed: at two thirds of its life, which is 30 days before the end of 90, unless a directory says otherwise; and not all that were made together at the same moment. Thread-safe. */
public final class RenewalTimes {
    /** Of its life, so that certificates of a year are spread over days, and those of days over hours. */
    private static final int SPREAD = 30;

    private final Backoff backoff;

    public RenewalTimes(SecureRandom random) {
        this.backoff = new Backoff(random);
    }

    public Instant renewal(Instant notBefore, Instant notAfter) {
        Duration life = Duration.between(notBefore, notAfter);
        Instant twoThirds = notBefore.plus(life.multipliedBy(2).dividedBy(3));
        return backoff.before(twoThirds, life.dividedBy(SPREAD)).truncatedTo(ChronoUnit.MICROS);
    }

    /** Any moment of the window that the directory wants; now when it is over (RFC 9773 §4.2). */
    public Instant renewal(Instant start, Instant end, Instant now) {
        Instant chosen = backoff.within(start, end);
        return (chosen.isBefore(now) ? now : chosen).truncatedTo(ChronoUnit.MICROS);
    }
}
