package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.issuer.Issuance;
import ai.scailabs.vault.pki.issuer.IssuedCertificate;
import ai.scailabs.vault.pki.issuer.Reservation;
import ai.scailabs.vault.pki.role.StoredRole;
import ai.scailabs.vault.pki.serving.ServingCertificate;
import ai.scailabs.vault.pki.serving.ServingJournal;
import ai.scailabs.vault.pki.x509.CertificateContents;
import ai.scailabs.vault.pki.x509.Pem;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/**
 * Private keys of certificates whose role keeps them: sealed by the tenant's key, bound to the id of the certificate, and given to nobody but who has a rule for it. Thread-safe.
 */
public final class KeptKeys {
    private static final int MAX_ATTEMPTS = 3;
    /** Stands for certificates of no role: it is the name of none. */
    private static final SecretPath NOBODYS = StoredRole.virtualPath("-");

    private final KeptKeyRepository repository;
    private final KeySeal seal;
    private final Issuance issuance;
    private final AccessControl access;
    private final Clock clock;

    public KeptKeys(
            TenantTransactions transactions, KeySeal seal, Issuance issuance, AccessControl access, Clock clock) {
        this.repository = new KeptKeyRepository(transactions);
        this.seal = seal;
        this.issuance = issuance;
        this.access = access;
        this.clock = clock;
    }

    /** Keeps the certificate and its key, with its entry, in one transaction. */
    boolean keep(Actor actor, KeyPair pair, Reservation reservation, IssuedCertificate issued, AuditEntry told) {
        UUID certificate = reservation.certificateId();
        String keyId = Ids.text(MadeCertificate.PREFIX, certificate);
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            byte[] sealed = sealed(actor, keyId, pair);
            Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            boolean kept = repository.transactions().inTransaction(told.tenant(), tx -> {
                if (!repository.insert(tx, keyId, certificate, sealed, now)) {
                    return false;
                }
                issuance.finish(tx, reservation.number(), issued);
                repository.record(tx, told);
                return true;
            });
            if (kept) {
                return true;
            }
        }
        throw new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE, "The tenant's key changes too quickly for a new key under it");
    }

    private byte[] sealed(Actor actor, String keyId, KeyPair pair) {
        try (SensitiveBytes pkcs8 = SensitiveBytes.owning(pair.getPrivate().getEncoded())) {
            return seal.seal(actor.tenant(), actor.partner(), keyId, pkcs8);
        }
    }

    /**
     * Takes a rule with {@code admin} on the role. A role that manages the tenant does not do: it opens no secret.
     *
     * @throws VaultException {@code access_denied}; {@code certificate_not_found} for one that is not there, or whose key is not kept; {@code integrity_failure}; {@code kms_unavailable}
     */
    public KeptKey open(Caller caller, TenantId tenant, UUID certificate) {
        KeptKeyRepository.Kept kept = repository.find(tenant, certificate).orElse(null);
        String role = kept == null ? null : kept.role();
        access.requireRule(caller, Permission.ADMIN, role == null ? NOBODYS : StoredRole.virtualPath(role));
        if (kept == null || kept.keyId() == null || kept.sealed() == null) {
            throw notFound();
        }
        Actor actor = caller.actor();
        String keyType = CertificateContents.of(kept.certificate()).key().spec().keyType();
        try (SensitiveBytes pkcs8 = seal.open(tenant, actor.partner(), kept.keyId(), kept.sealed())) {
            return new KeptKey(keyType, Pem.writeSensitive("PRIVATE KEY", pkcs8.expose()));
        }
    }

    /** What the service speaks TLS by, where an operator names this certificate for it: the one way to a key without a rule, and to this key alone. */
    public ServingCertificate forServing(TenantId tenant, UUID certificate, ServingJournal journal) {
        return new KeptServingCertificate(repository, seal, issuance, journal, tenant, certificate);
    }

    public static VaultException notFound() {
        return new VaultException(
                ErrorCode.CERTIFICATE_NOT_FOUND, "There is no such certificate, or its key is not kept");
    }
}
