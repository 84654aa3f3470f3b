package ai.scailabs.vault.credentials.connector;

import java.time.Duration;

/**
 * How much of this service a target may take up.
 *
 * @param connect to be connected, and to wait for one's turn; whole milliseconds, at least 1 s
 * @param read without a word from it
 * @param whole all that is done over one connection, however it drips
 * @param connections calls that are under way at once
 */
public record TargetLimits(Duration connect, Duration read, Duration whole, int connections) {
    public static final TargetLimits DEFAULT =
            new TargetLimits(Duration.ofSeconds(5), Duration.ofSeconds(15), Duration.ofSeconds(60), 4);
}
