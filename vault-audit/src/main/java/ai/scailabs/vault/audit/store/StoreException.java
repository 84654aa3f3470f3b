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
