package ai.scailabs.vault.identity.scaikey;

/** Something is not written as it must be; the message names the member and never repeats its value. */
public final class MalformedWord extends Exception {
    private static final long serialVersionUID = 1L;

    public MalformedWord(String message) {
        super(message);
    }
}
