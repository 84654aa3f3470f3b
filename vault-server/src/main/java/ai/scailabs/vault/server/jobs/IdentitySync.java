package ai.scailabs.vault.server.jobs;

import ai.scailabs.vault.identity.sync.SyncWorker;
import java.time.Duration;

/** Looks every two seconds whether a comparison with ScaiKey is due. On a thread of its own: one may take long, and other jobs do not wait for it. */
public final class IdentitySync implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);

    private final SyncWorker worker;
    private final BackgroundJobs jobs = new BackgroundJobs();

    private IdentitySync(SyncWorker worker) {
        this.worker = worker;
    }

    public static IdentitySync start(SyncWorker worker) {
        IdentitySync sync = new IdentitySync(worker);
        sync.jobs.every(LOOK_EVERY, LOOK_EVERY, "identity-sync", worker::run);
        return sync;
    }

    /** Waits for the step that is being done, not for the comparison. */
    @Override
    public void close() {
        worker.stop();
        jobs.close();
    }
}
