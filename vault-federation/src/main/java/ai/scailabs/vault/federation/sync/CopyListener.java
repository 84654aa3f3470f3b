package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.federation.remote.BackendType;

/** Hears of runs. Called on the thread of the run; must be quick. */
@FunctionalInterface
public interface CopyListener {
    /**
     * @param outcome {@code completed}, or why a turn failed
     * @param millis since the run began
     */
    void ran(BackendType type, String outcome, long millis);
}
