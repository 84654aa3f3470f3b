package ai.scailabs.vault.server.jobs;

import ai.scailabs.vault.credentials.rotation.RotationWorker;
import java.time.Duration;
import java.util.function.LongConsumer;

/** Looks twice a second whether a secret is to be renewed. On a thread of its own. */
public final class RotationJobs implements AutoCloseable {
    private static final Duration EVERY = Duration.ofMillis(500);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(15);

    private final RotationWorker worker;
    private final BackgroundJobs jobs = new BackgroundJobs();
    private final BackgroundJobs looks = new BackgroundJobs();

    private RotationJobs(RotationWorker worker) {
        this.worker = worker;
    }

    /** @param waiting is told now and then how many are due */
    public static RotationJobs start(RotationWorker worker, RotationQueue queue, LongConsumer waiting) {
        RotationJobs started = new RotationJobs(worker);
        started.jobs.every(EVERY, EVERY, "rotations", worker::run);
        started.looks.every(LOOK_EVERY, LOOK_EVERY, "how many rotations wait", () -> waiting.accept(queue.depth()));
        return started;
    }

    /** Waits a moment for what is under way; another instance goes on with what is not over. */
    @Override
    public void close() {
        worker.stop();
        jobs.close();
        looks.close();
        worker.close();
    }
}
