package ai.scailabs.vault.pki.x509;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * From when until when, both ends included (RFC 5280 §4.1.2.5): a certificate of one hour ends one second before the hour is over. Whole seconds, as certificates have no parts of them.
 */
public record Validity(Instant notBefore, Instant notAfter) {
    /** The end of what never ends: {@code 99991231235959Z}. */
    public static final Instant NO_EXPIRY = Instant.parse("9999-12-31T23:59:59Z");

    private static final Instant EARLIEST = Instant.parse("1950-01-01T00:00:00Z");

    /** @throws IllegalArgumentException when it ends before it begins, or a time cannot be written */
    public Validity {
        notBefore = notBefore.truncatedTo(ChronoUnit.SECONDS);
        notAfter = notAfter.truncatedTo(ChronoUnit.SECONDS);
        if (notAfter.isBefore(notBefore) || notBefore.isBefore(EARLIEST) || notAfter.isAfter(NO_EXPIRY)) {
            throw new IllegalArgumentException("a validity begins before it ends, between 1950 and 9999");
        }
    }

    /** For the time to live from now on; it begins earlier by {@code backdate}, for clocks that are late. */
    public static Validity from(Instant now, Duration backdate, Duration ttl) {
        Instant start = now.truncatedTo(ChronoUnit.SECONDS);
        return new Validity(start.minus(backdate), start.plus(ttl).minusSeconds(1));
    }

    /** With the second that {@code notAfter} names. */
    public Duration length() {
        return Duration.between(notBefore, notAfter).plusSeconds(1);
    }

    public boolean includes(Instant moment) {
        return !moment.isBefore(notBefore) && moment.isBefore(notAfter.plusSeconds(1));
    }

    public boolean isWithin(Validity other) {
        return !notBefore.isBefore(other.notBefore) && !notAfter.isAfter(other.notAfter);
    }
}
