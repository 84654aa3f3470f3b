package ai.scailabs.vault.events.delivery;

import org.jspecify.annotations.Nullable;

/**
 * What came of one attempt.
 *
 * @param responseCode absent when there was no answer
 * @param error why it is no success, in a word; absent for a success
 */
public record Outcome(
        @Nullable Integer responseCode,
        int durationMillis,
        @Nullable String error) {
    public boolean delivered() {
        return error == null;
    }
}
