package ai.scailabs.vault.identity.sync;

import java.time.Duration;

/**
 * How comparisons go.
 *
 * @param scheduled whether everything is compared again and again, besides when somebody asks
 * @param interval between two scheduled comparisons
 * @param retryAfter the first failure; doubled with each that follows, up to ten minutes
 * @param maxEntries of one kind that a comparison reads: what is longer is not believed to have an end
 */
public record SyncSettings(boolean scheduled, Duration interval, Duration retryAfter, int maxEntries) {
    /** As an installation has it. */
    public SyncSettings(boolean scheduled, Duration interval) {
        this(scheduled, interval, Duration.ofSeconds(30), 5_000_000);
    }
}
