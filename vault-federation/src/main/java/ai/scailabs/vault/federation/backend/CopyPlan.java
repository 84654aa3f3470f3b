package ai.scailabs.vault.federation.backend;

import ai.scailabs.vault.access.decision.StandingRight;
import ai.scailabs.vault.federation.remote.BackendType;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.time.DurationText;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How another vault's secrets are copied.
 *
 * @param interval from the end of one run to the begin of the next
 * @param callsPerSecond of the other vault, in a run
 * @param right in which copies are written and deleted: that of whoever configured the backend last
 * @param readLive whether its paths are still read there, as not all of what was read there before is copied yet
 * @param writeThrough whether whoever may write a path here writes it there first
 */
public record CopyPlan(
        Duration interval, int callsPerSecond, StandingRight right, boolean readLive, boolean writeThrough) {
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(30);
    private static final int MOST_CALLS = 1_000;

    /** @throws VaultException {@code validation_error}, {@code invalid_duration} */
    static Duration interval(@Nullable String text) {
        if (text == null) {
            throw VaultException.invalidField("sync_interval", "is required for mode sync, such as 15m");
        }
        Duration interval = DurationText.parse("sync_interval", text);
        if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
            throw VaultException.invalidField("sync_interval", "is not between 1m and 30d");
        }
        return interval;
    }

    /**
     * @param asked null for what vaults of that type allow without being asked for more
     * @throws VaultException {@code validation_error}
     */
    static int callsPerSecond(BackendType type, @Nullable Integer asked) {
        if (asked == null) {
            return switch (type) {
                case HASHICORP_VAULT -> 500;
                case AWS_SECRETS_MANAGER, AZURE_KEY_VAULT -> 100;
                // A copy is two reads besides the value, of which a project is allowed 600 a minute.
                case GOOGLE_SECRET_MANAGER -> 5;
            };
        }
        if (asked < 1 || asked > MOST_CALLS) {
            throw VaultException.invalidField("sync_calls_per_second", "is not between 1 and " + MOST_CALLS);
        }
        return asked;
    }
}
