package ai.scailabs.vault.kms.tpm;

/** The TPM, or the key in it, cannot be used now. The message is for people and holds nothing secret. */
class TpmUnavailable extends Exception {
    private static final long serialVersionUID = 1;

    TpmUnavailable(String message) {
        super(message);
    }

    TpmUnavailable(String message, Throwable cause) {
        super(message, cause);
    }

    /** Whether it may be of the connection, so that the same succeeds on a new one. */
    boolean concernsConnection() {
        return true;
    }
}
