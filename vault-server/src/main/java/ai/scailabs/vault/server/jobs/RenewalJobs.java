package ai.scailabs.vault.server.jobs;

import ai.scailabs.vault.pki.issuance.CertificateRenewals;
import ai.scailabs.vault.pki.rotation.AuthorityRotations;
import java.time.Duration;

/** Looks twice a second whether a certificate of a tenant's own authority is to be renewed, and every ten seconds whether a key of these is to give way. On threads of their own: a key of RSA takes seconds, an HSM longer. */
public final class RenewalJobs implements AutoCloseable {
    private static final Duration EVERY = Duration.ofMillis(500);
    private static final Duration ROTATIONS_EVERY = Duration.ofSeconds(10);
    private static final Duration COUNT_EVERY = Duration.ofMinutes(1);

    private final CertificateRenewals certificates;
    private final AuthorityRotations authorities;
    private final BackgroundJobs renewing = new BackgroundJobs();
    private final BackgroundJobs rotating = new BackgroundJobs();

    private RenewalJobs(CertificateRenewals certificates, AuthorityRotations authorities) {
        this.certificates = certificates;
        this.authorities = authorities;
    }

    public static RenewalJobs start(CertificateRenewals certificates, AuthorityRotations authorities) {
        RenewalJobs started = new RenewalJobs(certificates, authorities);
        started.renewing.every(EVERY, EVERY, "certificate-renewals", certificates::run);
        started.rotating.every(ROTATIONS_EVERY, ROTATIONS_EVERY, "authority-rotations", authorities::run);
        started.rotating.every(COUNT_EVERY, ROTATIONS_EVERY, "authority-rotations-due", authorities::count);
        return started;
    }

    /** Waits a moment for what is under way; another instance does again what is not over. */
    @Override
    public void close() {
        certificates.stop();
        authorities.stop();
        renewing.close();
        rotating.close();
        certificates.close();
    }
}
