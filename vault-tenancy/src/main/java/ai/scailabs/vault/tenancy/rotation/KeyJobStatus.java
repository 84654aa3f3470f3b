package ai.scailabs.vault.tenancy.rotation;

/** How far a job is; the API writes the names as they are. */
public enum KeyJobStatus {
    PENDING,
    RUNNING,
    /** Everything was looked at; what could not be wrapped anew is counted. */
    COMPLETED,
    FAILED
}
