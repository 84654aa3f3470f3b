package ai.scailabs.vault.kms.tpm;

/** There is no auth value to use the key with; it says nothing about the TPM. */
final class AuthValueUnusable extends TpmUnavailable {
    private static final long serialVersionUID = 1;

    AuthValueUnusable(String message) {
        super(message);
    }

    @Override
    boolean concernsConnection() {
        return false;
    }
}
