package ai.scailabs.vault.access.policy;

import ai.scailabs.vault.kernel.net.AddressRange;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What must hold besides path and permission for a rule to allow: all of it.
 *
 * @param ipRanges one of which the caller's address is in; empty for anywhere
 * @param mfaRequired whether a second factor must have been shown lately
 * @param mfaMaxAge how lately; absent for {@link #DEFAULT_MFA_AGE}
 * @param timeWindow absent for any time
 */
public record RuleConditions(
        List<AddressRange> ipRanges,
        boolean mfaRequired,
        @Nullable Duration mfaMaxAge,
        @Nullable TimeWindow timeWindow) {
    public static final RuleConditions NONE = new RuleConditions(List.of(), false, null, null);
    public static final Duration DEFAULT_MFA_AGE = Duration.ofMinutes(15);
    public static final Duration LONGEST_MFA_AGE = Duration.ofDays(30);
    /** Of one rule. */
    public static final int MAX_IP_RANGES = 64;

    public RuleConditions {
        ipRanges = List.copyOf(ipRanges);
    }

    /** Whether nothing is asked. */
    public boolean isNone() {
        return ipRanges.isEmpty() && !mfaRequired && timeWindow == null;
    }

    /** How old a second factor may be; it must be younger. */
    public Duration mfaAge() {
        return mfaMaxAge == null ? DEFAULT_MFA_AGE : mfaMaxAge;
    }
}
