package ai.scailabs.vault.pki.profile;

import java.time.Duration;

/**
 * How long certificates of a role are good for.
 *
 * @param ttl where the request names none; at most {@code maxTtl}
 * @param maxTtl never exceeded, whichever way the end is asked for
 * @param backdate how much earlier they begin, for clocks that are late ({@code not_before_duration})
 * @param allowNotBefore whether a request may name its beginning; not in the past beyond {@code backdate}
 * @param allowNotAfter whether a request may name its end; within {@code maxTtl} all the same
 * @param allowNoExpiry whether the end may be {@code 99991231235959Z}, which {@code maxTtl} does not bound then
 */
public record Lifetime(
        Duration ttl,
        Duration maxTtl,
        Duration backdate,
        boolean allowNotBefore,
        boolean allowNotAfter,
        boolean allowNoExpiry) {
    public static final Duration DEFAULT_BACKDATE = Duration.ofSeconds(30);
    public static final Duration MAX_BACKDATE = Duration.ofHours(48);
    public static final Duration DEFAULT_TTL = Duration.ofDays(30);
    /** What browsers take of anybody; a role may say more. */
    public static final Duration DEFAULT_MAX_TTL = Duration.ofDays(398);

    public static Lifetime upTo(Duration maxTtl) {
        Duration ttl = DEFAULT_TTL.compareTo(maxTtl) < 0 ? DEFAULT_TTL : maxTtl;
        return new Lifetime(ttl, maxTtl, DEFAULT_BACKDATE, false, true, false);
    }
}
