package ai.scailabs.vault.pki.rotation;

/** Counts what becomes of keys of authorities. */
public interface RotationTally {
    void rotated();

    /** That is tried again. */
    void failed();

    /** @param authorities of all tenants whose key should have given way, and has not */
    void due(long authorities);
}
