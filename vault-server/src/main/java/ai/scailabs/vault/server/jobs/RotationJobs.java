package ai.scailabs.vault.server.jobs;

import ai.scailabs.vault.credentials.rotation.RotationWorker;
import java.time.Duration;

/** Looks twice a second whether a secret is to be renewed. On a thread of its own. */
public final class RotationJobs implements AutoCloseable {
    private static final Duration EVERY = Duration.ofMillis(500);

    private final RotationWorker worker;
    private final BackgroundJobs jobs = new BackgroundJobs();

    private RotationJobs(RotationWorker worker) {
        this.worker = worker;
    }

    public static RotationJobs start(RotationWorker worker) {
        RotationJobs started = new RotationJobs(worker);
        started.jobs.every(EVERY, EVERY, "rotations", worker::run);
        return started;
    }

    /** Waits a moment for what is under way; another instance goes on with what is not over. */
    @Override
    public void close() {
        worker.stop();
        jobs.close();
        worker.close();
    }
}
