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
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.issuer.Issuance;
import ai.scailabs.vault.pki.issuer.IssuedCertificate;
import ai.scailabs.vault.pki.issuer.Reservation;
import ai.scailabs.vault.pki.issuer.RolePremise;
import ai.scailabs.vault.pki.role.StoredRole;
import ai.scailabs.vault.pki.serving.ServingCertificate;
import ai.scailabs.vault.pki.serving.ServingJournal;
import ai.scailabs.vault.pki.timing.RenewalTimes;
import ai.scailabs.vault.pki.x509.CertificateContents;
import ai.scailabs.vault.pki.x509.Pem;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;

/**
 * Private keys of certificates whose role keeps them: sealed by the tenant's key, bound to the id of the certificate, and given to nobody but who has a rule for it. Thread-safe.
 */
public final class KeptKeys {
    private static final int MAX_ATTEMPTS = 3;
    /** Stands for certificates of no role: it is the name of none. */
    static final SecretPath NOBODYS = StoredRole.virtualPath("-");

    private final KeptKeyRepository repository;
    private final KeySeal seal;
    private final Issuance issuance;
    private final AccessControl access;
    private final RenewalTimes times;
    private final Clock clock;

    public KeptKeys(
            TenantTransactions transactions,
            KeySeal seal,
            Issuance issuance,
            AccessControl access,
            RenewalTimes times,
            Clock clock) {
        this.repository = new KeptKeyRepository(transactions);
        this.seal = seal;
        this.issuance = issuance;
        this.access = access;
        this.times = times;
        this.clock = clock;
    }

    /**
     * Keeps the certificate and its key, with its entry and how it goes on with it, in one transaction. False, and nothing is kept, when what it was allowed by has changed in the meantime.
     *
     * @throws OvertakenRenewal when the one in whose place it comes was renewed by another, was revoked, or is not to be renewed any more
     */
    boolean keep(
            PartnerId partner,
            KeyPair pair,
            Reservation reservation,
            IssuedCertificate issued,
            @Nullable RolePremise premise,
            RenewalPlan plan,
            AuditEntry told) {
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            byte[] sealed = sealed(partner, reservation, pair);
            try {
                return repository
                        .transactions()
                        .inTransaction(
                                told.tenant(),
                                tx -> issuance.keep(tx, reservation, issued, premise)
                                        && keptKey(tx, reservation, issued, plan, sealed, told));
            } catch (OutdatedSeal givenWay) {
                // What was written with it is undone; the next is sealed by the tenant's new key.
            } catch (DuplicateKeyException taken) {
                throw plan.before() == null ? taken : new OvertakenRenewal();
            }
        }
        throw new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE, "The tenant's key changes too quickly for a new key under it");
    }

    private boolean keptKey(
            TenantTransaction tx,
            Reservation reservation,
            IssuedCertificate issued,
            RenewalPlan plan,
            byte[] sealed,
            AuditEntry told) {
        UUID certificate = reservation.certificateId();
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        if (!repository.insert(tx, keyId(reservation), certificate, sealed, now)) {
            throw new OutdatedSeal();
        }
        DueRenewal before = plan.before();
        if (before != null && !RenewalRepository.giveWay(tx, before)) {
            throw new OvertakenRenewal();
        }
        RenewalRepository.insert(tx, certificate, plan, plan.dueAt(times, issued.validity(), now));
        repository.record(tx, told);
        return true;
    }

    private static String keyId(Reservation reservation) {
        return Ids.text(MadeCertificate.PREFIX, reservation.certificateId());
    }

    private byte[] sealed(PartnerId partner, Reservation reservation, KeyPair pair) {
        try (SensitiveBytes pkcs8 = SensitiveBytes.owning(pair.getPrivate().getEncoded())) {
            return seal.seal(reservation.tenant(), partner, keyId(reservation), pkcs8);
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

    /**
     * What the service speaks TLS by, where an operator names this certificate for it: the one way to a key without a rule, and to this key alone and those that come in its place.
     *
     * @param newest what came last in the place of a certificate of the tenant; itself where nothing did
     */
    public ServingCertificate forServing(
            TenantId tenant, UUID certificate, UnaryOperator<UUID> newest, ServingJournal journal) {
        return new KeptServingCertificate(repository, seal, issuance, journal, tenant, certificate, newest);
    }

    public static VaultException notFound() {
        return new VaultException(
                ErrorCode.CERTIFICATE_NOT_FOUND, "There is no such certificate, or its key is not kept");
    }

    /** The tenant's key that sealed it has just given way to the next. Ends a transaction. */
    private static final class OutdatedSeal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OutdatedSeal() {
            super(null, null, false, false);
        }
    }
}
