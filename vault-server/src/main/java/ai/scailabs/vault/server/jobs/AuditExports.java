package ai.scailabs.vault.server.jobs;

import ai.scailabs.vault.audit.export.ExportWorker;
import java.time.Duration;

/** Looks every second whether something is to be exported. On a thread of its own: it may take hours, and other jobs do not wait for it. */
public final class AuditExports implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final ExportWorker worker;
    private final BackgroundJobs jobs = new BackgroundJobs();

    private AuditExports(ExportWorker worker) {
        this.worker = worker;
    }

    public static AuditExports start(ExportWorker worker) {
        AuditExports started = new AuditExports(worker);
        started.jobs.every(LOOK_EVERY, LOOK_EVERY, "audit-exports", worker::run);
        return started;
    }

    /** Waits for the entries that are being written, not for the file. */
    @Override
    public void close() {
        worker.stop();
        jobs.close();
    }
}
