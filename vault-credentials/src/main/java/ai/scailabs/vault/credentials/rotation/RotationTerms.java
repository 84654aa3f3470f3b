package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.time.DurationText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The times of a policy, as people wrote them, so that they read what they wrote.
 *
 * @param interval from one version to the next
 * @param gracePeriod how long what was replaced stays readable, and how long a value that is due may be missing before that is told
 * @param warnBefore how long before a secret is due that is told: durations with commas between them; absent for none
 */
public record RotationTerms(
        String interval, String gracePeriod, @Nullable String warnBefore) {
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(3_650);
    private static final String DEFAULT_GRACE = "48h";
    private static final int MOST_WARNINGS = 10;

    /** @throws VaultException {@code validation_error}, {@code invalid_duration} */
    static RotationTerms of(@Nullable String interval, @Nullable String gracePeriod, @Nullable String warnBefore) {
        if (interval == null) {
            throw VaultException.invalidField("interval", "is required");
        }
        RotationTerms terms = new RotationTerms(
                interval,
                gracePeriod == null ? DEFAULT_GRACE : gracePeriod,
                warnBefore == null || warnBefore.isBlank() ? null : warnBefore);
        requireBounded("interval", terms.every());
        requireBounded("grace_period", terms.grace());
        List<Duration> warnings = terms.warnings();
        if (warnings.size() > MOST_WARNINGS || new HashSet<>(warnings).size() < warnings.size()) {
            throw VaultException.invalidField("warn_before", "takes at most 10 different durations");
        }
        // Whoever is warned before the time has begun would be warned at once.
        if (!warnings.isEmpty() && warnings.getFirst().compareTo(terms.every()) >= 0) {
            throw VaultException.invalidField("warn_before", "must be shorter than interval");
        }
        return terms;
    }

    private static void requireBounded(String field, Duration duration) {
        if (duration.compareTo(SHORTEST) < 0 || duration.compareTo(LONGEST) > 0) {
            throw VaultException.invalidField(field, "must be between 1m and 3650d");
        }
    }

    public Duration every() {
        return DurationText.parse("interval", interval);
    }

    Duration grace() {
        return DurationText.parse("grace_period", gracePeriod);
    }

    /** From a new version to the first that there is to tell or to do. */
    Duration untilFirstNews() {
        List<Duration> warnings = warnings();
        return warnings.isEmpty() ? every() : every().minus(warnings.getFirst());
    }

    /** The longest first. */
    List<Duration> warnings() {
        List<Duration> durations = new ArrayList<>();
        if (warnBefore != null) {
            for (String each : warnBefore.split(",", -1)) {
                durations.add(DurationText.parse("warn_before", each.strip()));
            }
            durations.sort(Comparator.reverseOrder());
        }
        return durations;
    }
}
