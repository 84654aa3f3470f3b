package ai.scailabs.vault.pki.validation;

/** What one question may still cost. Not thread-safe. */
final class Work {
    /** Paths that reach an anchor and are looked at. */
    private static final int MAX_PATHS = 50;

    private int signatures;
    private int paths = MAX_PATHS;
    private int steps;
    private long comparisons;

    Work(ValidationRules rules) {
        this.signatures = rules.maxSignatures();
        this.steps = rules.maxSteps();
        this.comparisons = rules.maxComparisons();
    }

    void signature() {
        if (--signatures < 0) {
            throw new ExceededException("verifying more signatures than one request may cost");
        }
    }

    void step() {
        if (--steps < 0) {
            throw new ExceededException("more ways through these certificates than one request may cost");
        }
    }

    void path() {
        if (--paths < 0) {
            throw new ExceededException("more paths to trust anchors than one request may cost");
        }
    }

    void compare(long times) {
        comparisons -= times;
        if (comparisons < 0) {
            throw new ExceededException("more names and constraints than one request may cost");
        }
    }

    /** Ends the search; what was found until then counts. */
    static final class ExceededException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private ExceededException(String message) {
            super(message, null, false, false);
        }
    }
}
