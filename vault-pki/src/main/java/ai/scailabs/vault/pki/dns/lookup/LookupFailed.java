package ai.scailabs.vault.pki.dns.lookup;

/** There is no answer that could be relied on. The message is for the log. */
public final class LookupFailed extends Exception {
    private static final long serialVersionUID = 1L;

    LookupFailed(String message) {
        super(message);
    }
}
