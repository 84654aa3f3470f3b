package ai.scailabs.vault.outbound.http;

import java.io.IOException;
import java.security.cert.CertificateException;

/** There is no whole answer, and why. Its message repeats nothing of what came. */
public final class NoAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    NoAnswerException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** @param late whether the patience had ended */
    static NoAnswerException of(IOException failed, boolean late) {
        if (failed instanceof NoAnswerException known) {
            return known;
        }
        NoAnswerException why = late
                ? new NoAnswerException(Reason.TIMED_OUT, "no whole answer in time")
                : new NoAnswerException(reason(failed), String.valueOf(failed.getMessage()));
        why.initCause(failed);
        return why;
    }

    private static Reason reason(IOException failed) {
        if (failed instanceof AddressRefusedException) {
            return Reason.ADDRESS_REFUSED;
        }
        if (failed instanceof MalformedAnswerException) {
            return Reason.MALFORMED;
        }
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                return Reason.CERTIFICATE_REFUSED;
            }
        }
        return Reason.BROKEN;
    }

    public Reason reason() {
        return reason;
    }

    /** Why there is none. */
    public enum Reason {
        ADDRESS_REFUSED,
        CERTIFICATE_REFUSED,
        /** Nobody listens there, or the connection ended before the answer did. */
        BROKEN,
        TIMED_OUT,
        MALFORMED,
        TOO_LARGE,
        REDIRECTED
    }
}
