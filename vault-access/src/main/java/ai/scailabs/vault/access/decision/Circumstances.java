package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.RuleConditions;
import ai.scailabs.vault.access.policy.TimeWindow;
import ai.scailabs.vault.kernel.net.AddressRange;
import ai.scailabs.vault.kernel.net.IpAddress;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When, from where and how well proven somebody asks. For one decision; not thread-safe. */
final class Circumstances {
    /** How far the clock of whoever verified the second factor may be ahead. */
    static final Duration SKEW = Duration.ofSeconds(30);

    private final long millis;
    private final long askedMillis;
    private final @Nullable String address;
    private final @Nullable Instant mfaVerifiedAt;
    private @Nullable IpAddress parsed;
    private boolean isParsed;

    /** @param address as text; what is no address counts as none */
    Circumstances(long millis, @Nullable String address, @Nullable Instant mfaVerifiedAt) {
        this(millis, millis, address, mfaVerifiedAt);
    }

    private Circumstances(long millis, long askedMillis, @Nullable String address, @Nullable Instant mfaVerifiedAt) {
        this.millis = millis;
        this.askedMillis = askedMillis;
        this.address = address;
        this.mfaVerifiedAt = mfaVerifiedAt;
    }

    static Circumstances of(Caller caller, long millis) {
        return new Circumstances(millis, caller.address(), caller.actor().mfaVerifiedAt());
    }

    /** Of work that was asked for before: conditions are those of then, and bindings those of now. */
    static Circumstances of(Caller caller, Instant askedAt, long millis) {
        return new Circumstances(
                millis, askedAt.toEpochMilli(), caller.address(), caller.actor().mfaVerifiedAt());
    }

    /** By which bindings lapse. */
    long millis() {
        return millis;
    }

    /** The first condition that does not hold, in the order of {@link Condition}; null when all hold. */
    @Nullable
    Condition failed(RuleConditions conditions) {
        if (!conditions.ipRanges().isEmpty() && !isWithin(conditions)) {
            return Condition.IP_RANGES;
        }
        TimeWindow window = conditions.timeWindow();
        if (window != null && !window.contains(Instant.ofEpochMilli(askedMillis))) {
            return Condition.TIME_WINDOW;
        }
        return conditions.mfaRequired() && !isFresh(conditions.mfaAge()) ? Condition.REQUIRE_MFA : null;
    }

    private boolean isWithin(RuleConditions conditions) {
        if (!isParsed) {
            parsed = address == null ? null : IpAddress.parse(address).orElse(null);
            isParsed = true;
        }
        if (parsed == null) {
            return false;
        }
        for (AddressRange range : conditions.ipRanges()) {
            if (range.contains(parsed)) {
                return true;
            }
        }
        return false;
    }

    private boolean isFresh(Duration maxAge) {
        if (mfaVerifiedAt == null) {
            return false;
        }
        Instant now = Instant.ofEpochMilli(askedMillis);
        return !mfaVerifiedAt.isAfter(now.plus(SKEW)) && now.minus(maxAge).isBefore(mfaVerifiedAt);
    }
}
