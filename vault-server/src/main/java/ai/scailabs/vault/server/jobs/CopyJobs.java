package ai.scailabs.vault.server.jobs;

import ai.scailabs.vault.federation.sync.CopyWorker;
import java.time.Duration;

/** Looks twice a second whether another vault's secrets are to be copied. On a thread of its own. */
public final class CopyJobs implements AutoCloseable {
    private static final Duration EVERY = Duration.ofMillis(500);

    private final CopyWorker worker;
    private final BackgroundJobs jobs = new BackgroundJobs();

    private CopyJobs(CopyWorker worker) {
        this.worker = worker;
    }

    public static CopyJobs start(CopyWorker worker) {
        CopyJobs started = new CopyJobs(worker);
        started.jobs.every(EVERY, EVERY, "federation-copies", worker::run);
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
