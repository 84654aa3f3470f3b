package ai.scailabs.vault.api.listener;

/** One of the files does not hold what it should. The message fits behind the name of the file's setting and shows nothing of what is in it. */
public final class UnusableTlsFile extends Exception {
    private static final long serialVersionUID = 1L;

    private final Part part;

    UnusableTlsFile(Part part, String message) {
        super(message);
        this.part = part;
    }

    public Part part() {
        return part;
    }

    /** Which file. */
    public enum Part {
        CERTIFICATE,
        KEY,
        CLIENT_AUTHORITIES,
        CLIENT_REVOCATIONS
    }
}
