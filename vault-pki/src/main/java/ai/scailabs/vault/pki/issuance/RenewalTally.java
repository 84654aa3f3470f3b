package ai.scailabs.vault.pki.issuance;

/** Counts what becomes of renewals. */
public interface RenewalTally {
    void renewed();

    /** That is tried again, or was tried for the last time. */
    void failed();
}
