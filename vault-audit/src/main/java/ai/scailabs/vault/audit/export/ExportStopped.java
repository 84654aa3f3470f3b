package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.store.StoreException;

/** An export does not come on: for good, or until it is tried again. */
final class ExportStopped extends Exception {
    private static final long serialVersionUID = 1L;

    private final ExportFailure failure;
    private final boolean passing;

    /** @param passing whether to try again may help
     *  @param trace for the log, nothing secret */
    ExportStopped(ExportFailure failure, boolean passing, String trace) {
        super(failure.code() + ": " + trace);
        this.failure = failure;
        this.passing = passing;
    }

    static ExportStopped by(StoreException refusal) {
        return new ExportStopped(
                ExportFailure.of(refusal.failure()), refusal.failure().isPassing(), refusal.trace());
    }

    ExportFailure failure() {
        return failure;
    }

    boolean isPassing() {
        return passing;
    }
}
