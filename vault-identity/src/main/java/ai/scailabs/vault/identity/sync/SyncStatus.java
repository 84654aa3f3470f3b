package ai.scailabs.vault.identity.sync;

/** How far a comparison is; the API writes the names as they are. */
public enum SyncStatus {
    PENDING,
    RUNNING,
    COMPLETED,
    FAILED
}
