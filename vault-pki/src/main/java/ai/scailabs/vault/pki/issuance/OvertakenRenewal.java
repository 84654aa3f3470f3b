package ai.scailabs.vault.pki.issuance;

/** A certificate was renewed by another instance, was revoked, or is not to be renewed any more: what was made for it is given to nobody. Ends a transaction. */
final class OvertakenRenewal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OvertakenRenewal() {
        super("somebody else was faster", null, false, false);
    }
}
