package ai.scailabs.vault.audit.export;

/** Whether the instance stops: what was begun is given up, and goes on later. */
@FunctionalInterface
interface Stopping {
    /** @throws InstanceStops when it does */
    void check();

    /** Gives up what is being done. */
    final class InstanceStops extends RuntimeException {
        private static final long serialVersionUID = 1L;

        InstanceStops() {
            super(null, null, false, false);
        }
    }
}
