package ai.scailabs.vault.server.jobs;

import ai.scailabs.vault.pki.issuance.CertificateRenewals;
import java.time.Duration;

/** Looks twice a second whether a certificate of a tenant's own authority is to be renewed. On a thread of its own: nothing else waits for it. */
public final class RenewalJobs implements AutoCloseable {
    private static final Duration EVERY = Duration.ofMillis(500);

    private final CertificateRenewals certificates;
    private final BackgroundJobs jobs = new BackgroundJobs();

    private RenewalJobs(CertificateRenewals certificates) {
        this.certificates = certificates;
    }

    public static RenewalJobs start(CertificateRenewals certificates) {
        RenewalJobs started = new RenewalJobs(certificates);
        started.jobs.every(EVERY, EVERY, "certificate-renewals", certificates::run);
        return started;
    }

    /** Waits a moment for what is under way; another instance does again what is not over. */
    @Override
    public void close() {
        certificates.stop();
        jobs.close();
        certificates.close();
    }
}
