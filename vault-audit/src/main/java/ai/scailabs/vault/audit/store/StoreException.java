package ai.scailabs.vault.audit.store;

import java.io.IOException;

/**
 * A store did not do what it was asked. What the store itself wrote is not in it, nor is the vendor's exception: both may hold what was sent there, credentials before all. What remains for the log is
 * the status and code of the answer, or the kinds of what failed.
 */
public final class StoreException extends IOException {
    private static final long serialVersionUID = 1L;

    private final StoreFailure failure;
    private final String trace;

    /** @param trace of the answer, in words of ours: {@code 403 AccessDenied} */
    public StoreException(StoreFailure failure, String trace) {
        super(failure.sentence());
        this.failure = failure;
        this.trace = trace;
    }

    /** The kinds of a failure and of what caused it, without their messages. */
    public static String kinds(Throwable failure) {
        StringBuilder kinds = new StringBuilder(failure.getClass().getSimpleName());
        Throwable cause = failure.getCause();
        for (int depth = 0; cause != null && depth < 8; depth++) {
            kinds.append(" < ").append(cause.getClass().getSimpleName());
            cause = cause.getCause();
        }
        return kinds.toString();
    }

    /** Whether a failure is, or was caused by, one of this kind. */
    public static boolean isCausedBy(Throwable failure, Class<? extends Throwable> kind) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < 16; depth++) {
            if (kind.isInstance(cause)) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    public StoreFailure failure() {
        return failure;
    }

    /** For the log: {@code 403 AccessDenied}. Holds nothing secret and is not for callers. */
    public String trace() {
        return trace;
    }

    @Override
    public String toString() {
        return "StoreException[" + failure.code() + ", " + trace + "]";
    }
}
