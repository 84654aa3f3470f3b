package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.pki.serving.ServingCertificate;
import ai.scailabs.vault.pki.serving.ServingJournal;
import ai.scailabs.vault.pki.serving.ServingKey;
import ai.scailabs.vault.pki.serving.ServingVersion;
import java.security.PrivateKey;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A managed certificate, in its newest version. */
final class ManagedServingCertificate implements ServingCertificate {
    private final ManagedRepository certificates;
    private final AcmeKeys keys;
    private final ServingJournal journal;
    private final TenantId tenant;
    private final UUID certificate;

    ManagedServingCertificate(
            ManagedRepository certificates, AcmeKeys keys, ServingJournal journal, TenantId tenant, UUID certificate) {
        this.certificates = certificates;
        this.keys = keys;
        this.journal = journal;
        this.tenant = tenant;
        this.certificate = certificate;
    }

    @Override
    public Optional<ServingVersion> newest() {
        return certificates.newest(tenant, certificate);
    }

    @Override
    public ServingKey open(ServingVersion version) {
        long started = System.nanoTime();
        String keyId = Optional.ofNullable(version.keyId()).orElseThrow(ManagedCertificates::notFound);
        PrivateKey key;
        List<byte[]> chain;
        try (KeyBundle bundle = keys.open(tenant, version.partner(), keyId)) {
            key = bundle.pair().getPrivate();
            chain = bundle.chain();
        }
        journal.opened(tenant, AuditAction.PKI_ACME_KEY_READ, version, started);
        return new ServingKey(chain, key);
    }
}
