package ai.scailabs.vault.credentials.lease;

/** After which a lease may be left to whoever goes on with it. */
public enum LeaseStep {
    /** The row is there, its credential is not. */
    WRITTEN,
    /** The credential is there, and nobody has it. */
    MADE,
    /** It counts, and is not answered yet. */
    ACTIVATED,
    /** The target knows of a later end, the row does not. */
    RENEWED_THERE,
    /** Somebody has it to take it away. */
    TAKEN,
    /** It is gone at the target, and the row does not say so. */
    REVOKED_THERE
}
