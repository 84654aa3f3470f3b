package ai.scailabs.vault.pki.ocsp;

/** A question that gets no answer; strangers ask as many as they like, so it has no stack trace. */
final class UnansweredQuestion extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final OcspFailure failure;

    UnansweredQuestion(OcspFailure failure) {
        super(failure.name(), null, false, false);
        this.failure = failure;
    }

    OcspFailure failure() {
        return failure;
    }
}
