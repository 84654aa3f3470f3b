package ai.scailabs.vault.kms.credential;

/** There is no credential that could be tried, or it was refused. The message is for people and holds nothing secret. */
public final class CredentialUnusable extends Exception {
    private static final long serialVersionUID = 1;

    CredentialUnusable(String message) {
        super(message);
    }
}
