package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.pki.issuer.Issuance;
import ai.scailabs.vault.pki.serving.ServingCertificate;
import ai.scailabs.vault.pki.serving.ServingJournal;
import ai.scailabs.vault.pki.serving.ServingKey;
import ai.scailabs.vault.pki.serving.ServingVersion;
import ai.scailabs.vault.pki.x509.CertificateContents;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** A certificate of an authority of the tenant, whose key is kept, and those that came in its place. */
final class KeptServingCertificate implements ServingCertificate {
    private final KeptKeyRepository repository;
    private final KeySeal seal;
    private final Issuance issuance;
    private final ServingJournal journal;
    private final TenantId tenant;
    private final UUID certificate;
    private final UnaryOperator<UUID> newest;

    KeptServingCertificate(
            KeptKeyRepository repository,
            KeySeal seal,
            Issuance issuance,
            ServingJournal journal,
            TenantId tenant,
            UUID certificate,
            UnaryOperator<UUID> newest) {
        this.repository = repository;
        this.seal = seal;
        this.issuance = issuance;
        this.journal = journal;
        this.tenant = tenant;
        this.certificate = certificate;
        this.newest = newest;
    }

    @Override
    public Optional<ServingVersion> newest() {
        return repository.standing(tenant, newest.apply(certificate));
    }

    @Override
    public ServingKey open(ServingVersion version) {
        long started = System.nanoTime();
        KeptKeyRepository.Serving kept =
                repository.serving(tenant, version.certificate()).orElseThrow(KeptKeys::notFound);
        PrivateKey key = privateKey(version, kept);
        List<byte[]> chain = new ArrayList<>(List.of(kept.certificate()));
        chain.addAll(issuance.chain(tenant, kept.authority(), kept.generation()));
        journal.opened(tenant, AuditAction.PKI_KEY_READ, version, started);
        return new ServingKey(chain, key);
    }

    private PrivateKey privateKey(ServingVersion version, KeptKeyRepository.Serving kept) {
        String algorithm =
                CertificateContents.of(kept.certificate()).key().publicKey().getAlgorithm();
        try (SensitiveBytes sealed = seal.open(tenant, version.partner(), kept.keyId(), kept.sealed())) {
            byte[] pkcs8 = sealed.expose().clone();
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } finally {
                Arrays.fill(pkcs8, (byte) 0);
            }
        } catch (GeneralSecurityException unreadable) {
            throw new VaultException(ErrorCode.INTEGRITY_FAILURE, "A key is of another kind than its certificate");
        }
    }
}
