package ai.scailabs.vault.pki.role;

import ai.scailabs.vault.kernel.time.DurationText;
import ai.scailabs.vault.pki.profile.Lifetime;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What callers may write about how long certificates of a role are good for. */
final class LifetimeForm {
    static final String FORBID = "forbid";
    static final String BY_BACKDATE = "duration";
    static final String BY_TTL = "ttl-limited";
    /** Which {@link DurationText} does not know: nothing else lasts no time. */
    private static final String NO_TIME = "0s";

    private LifetimeForm() {}

    /** @throws ai.scailabs.vault.kernel.error.VaultException {@code invalid_role}, {@code invalid_duration} */
    static Lifetime lifetime(RoleFields fields) {
        Duration maxTtl =
                fields.maxTtl() == null ? Lifetime.DEFAULT_MAX_TTL : DurationText.parse("max_ttl", fields.maxTtl());
        Duration ttl = fields.ttl() == null ? Lifetime.upTo(maxTtl).ttl() : DurationText.parse("ttl", fields.ttl());
        if (ttl.compareTo(maxTtl) > 0) {
            throw RoleRefusals.invalid("ttl", "must not be longer than max_ttl");
        }
        return new Lifetime(
                ttl,
                maxTtl,
                backdate(fields.notBeforeDuration()),
                allows("not_before_bound", fields.notBeforeBound(), FORBID, BY_BACKDATE),
                allows("not_after_bound", fields.notAfterBound(), BY_TTL, BY_TTL),
                RoleForm.is(fields.allowNoExpiry(), false));
    }

    private static Duration backdate(@Nullable String text) {
        if (text == null) {
            return Lifetime.DEFAULT_BACKDATE;
        }
        if (text.matches("0[smhdw]?")) {
            return Duration.ZERO;
        }
        Duration backdate = DurationText.parse("not_before_duration", text);
        if (backdate.compareTo(Lifetime.MAX_BACKDATE) > 0) {
            throw RoleRefusals.invalid("not_before_duration", "must be at most 48h");
        }
        return backdate;
    }

    private static boolean allows(String field, @Nullable String bound, String otherwise, String allowing) {
        String chosen = bound == null ? otherwise : bound;
        if (!chosen.equals(FORBID) && !chosen.equals(allowing)) {
            throw RoleRefusals.invalid(field, "must be " + FORBID + " or " + allowing);
        }
        return chosen.equals(allowing);
    }

    static String text(Duration duration) {
        return duration.isZero() ? NO_TIME : DurationText.format(duration);
    }
}
