package ai.scailabs.vault.server.jobs;

import ai.scailabs.vault.pki.crl.CrlWorker;
import ai.scailabs.vault.pki.inventory.CertificatePurge;
import java.time.Duration;

/** Looks every second whether lists of revoked certificates are due, and every quarter of an hour what is not kept any more. On a thread of its own: a long list takes seconds. */
public final class CertificateJobs implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration PURGE_EVERY = Duration.ofMinutes(15);

    private final CrlWorker worker;
    private final BackgroundJobs jobs = new BackgroundJobs();

    private CertificateJobs(CrlWorker worker) {
        this.worker = worker;
    }

    public static CertificateJobs start(CrlWorker worker, CertificatePurge purge) {
        CertificateJobs started = new CertificateJobs(worker);
        started.jobs.every(LOOK_EVERY, LOOK_EVERY, "crls", worker::run);
        started.jobs.every(PURGE_EVERY, Duration.ofMinutes(3), "certificate-purge", purge::run);
        return started;
    }

    /** Waits for the list that is being made. */
    @Override
    public void close() {
        worker.stop();
        jobs.close();
    }
}
