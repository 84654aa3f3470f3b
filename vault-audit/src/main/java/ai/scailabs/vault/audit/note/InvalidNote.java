package ai.scailabs.vault.audit.note;

/** A note, a checkpoint or a key's line that is not to be believed. The message shows nothing of it. */
public final class InvalidNote extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    InvalidNote(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    static InvalidNote malformed(String message) {
        return new InvalidNote(Reason.MALFORMED, message);
    }

    public Reason reason() {
        return reason;
    }

    /** What is the matter. */
    public enum Reason {
        /** It is not written as it has to be. */
        MALFORMED,
        /** The key that is asked for has not signed it. */
        NOT_SIGNED,
        /** It bears a signature under the name and id of the key that is not the key's. */
        WRONG_SIGNATURE,
        /** It is signed, for another log. */
        OTHER_ORIGIN
    }
}
