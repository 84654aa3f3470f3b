package ai.scailabs.vault.federation.proxy;

import org.jspecify.annotations.Nullable;

/**
 * What the last call of a backend told, or the last run that copied it.
 *
 * @param reason why it did not serve; absent when it did, or was not asked
 */
public record BackendHealth(
        String name, State state, @Nullable String reason) {
    static BackendHealth of(String name, @Nullable String lastOutcome) {
        if (lastOutcome == null) {
            return new BackendHealth(name, State.UNUSED, null);
        }
        return lastOutcome.equals(VaultLine.SERVED)
                ? new BackendHealth(name, State.HEALTHY, null)
                : new BackendHealth(name, State.UNAVAILABLE, lastOutcome);
    }

    /** Whether it serves. */
    public enum State {
        HEALTHY,
        UNAVAILABLE,
        /** Not asked for some time. */
        UNUSED
    }
}
