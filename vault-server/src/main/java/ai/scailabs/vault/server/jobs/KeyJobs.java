package ai.scailabs.vault.server.jobs;

import ai.scailabs.vault.tenancy.erasure.ErasureWorker;
import ai.scailabs.vault.tenancy.rotation.KeyJobWorker;
import java.time.Duration;

/** Looks every second whether something is to be done with keys. On a thread of its own: it may take long, and other jobs do not wait for it. */
public final class KeyJobs implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final KeyJobWorker worker;
    private final BackgroundJobs jobs = new BackgroundJobs();

    private KeyJobs(KeyJobWorker worker) {
        this.worker = worker;
    }

    public static KeyJobs start(KeyJobWorker worker, ErasureWorker erasures) {
        KeyJobs started = new KeyJobs(worker);
        started.jobs.every(LOOK_EVERY, LOOK_EVERY, "key-jobs", worker::run);
        started.jobs.every(LOOK_EVERY, LOOK_EVERY, "key-erasures", erasures::run);
        return started;
    }

    /** Waits for the step that is being done, not for the job. */
    @Override
    public void close() {
        worker.stop();
        jobs.close();
    }
}
