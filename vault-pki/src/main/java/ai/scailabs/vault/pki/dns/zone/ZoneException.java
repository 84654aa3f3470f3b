package ai.scailabs.vault.pki.dns.zone;

/** A provider did not do it. */
public final class ZoneException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ZoneFailure failure;

    /** @param trace for the log: a status, a code of the vendor, the kind of an exception; never a text that the vendor wrote, which may repeat what it was sent */
    public ZoneException(ZoneFailure failure, String trace) {
        super(trace);
        this.failure = failure;
    }

    public ZoneFailure failure() {
        return failure;
    }
}
