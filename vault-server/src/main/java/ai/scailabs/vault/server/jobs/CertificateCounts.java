package ai.scailabs.vault.server.jobs;

import ai.scailabs.vault.pki.crl.OverdueLists;
import ai.scailabs.vault.pki.inventory.CertificateCensus;
import java.time.Duration;

/** Looks every minute how late lists of revoked certificates are, and counts the certificates of tenants whose turn it is. On a thread of its own, so that no list waits for a count. */
public final class CertificateCounts implements AutoCloseable {
    private static final Duration EVERY = Duration.ofMinutes(1);

    private final BackgroundJobs jobs = new BackgroundJobs();

    private CertificateCounts() {}

    /** @param counted after each count: shows it to whoever watches */
    public static CertificateCounts start(CertificateCensus census, OverdueLists lists, Runnable counted) {
        CertificateCounts started = new CertificateCounts();
        started.jobs.every(EVERY, Duration.ofSeconds(5), "crl-lateness", lists::look);
        started.jobs.every(EVERY, Duration.ofSeconds(10), "certificate-census", () -> {
            census.run();
            counted.run();
        });
        return started;
    }

    @Override
    public void close() {
        jobs.close();
    }
}
