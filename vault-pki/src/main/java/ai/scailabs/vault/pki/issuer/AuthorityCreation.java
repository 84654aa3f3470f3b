package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.pki.x509.AuthorityRequest;
import ai.scailabs.vault.pki.x509.CertificateDraft;
import ai.scailabs.vault.pki.x509.CertificateEndpoints;
import ai.scailabs.vault.pki.x509.CertificateLint;
import ai.scailabs.vault.pki.x509.CertificateProfile;
import ai.scailabs.vault.pki.x509.CertificateSigner;
import ai.scailabs.vault.pki.x509.IssuerView;
import ai.scailabs.vault.pki.x509.Issuers;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.NameConstraints;
import ai.scailabs.vault.pki.x509.SerialNumber;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import ai.scailabs.vault.pki.x509.SignatureScheme;
import ai.scailabs.vault.pki.x509.Subject;
import ai.scailabs.vault.pki.x509.SubjectAlternativeNames;
import ai.scailabs.vault.pki.x509.SubjectKey;
import ai.scailabs.vault.pki.x509.Validity;
import java.security.KeyPair;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes the key and the certificate of a new authority. What is stored of the key is sealed when the method returns; nothing of it is stored yet, but its number is reserved. Thread-safe. */
public final class AuthorityCreation {
    private static final int FIRST = 1;

    private final AuthorityKeys keys;
    private final Issuance issuance;
    private final CertificateLint lint;
    private final CertificateSigner signer;
    private final SignatureProvider signatures;
    private final Ids ids;

    public AuthorityCreation(
            AuthorityKeys keys,
            Issuance issuance,
            CertificateLint lint,
            CertificateSigner signer,
            SignatureProvider signatures,
            Ids ids) {
        this.keys = keys;
        this.issuance = issuance;
        this.lint = lint;
        this.signer = signer;
        this.signatures = signatures;
        this.ids = ids;
    }

    /**
     * @param parent that signs it; null for one that signs itself
     * @throws VaultException as {@link AuthorityService#create}
     */
    Made make(Maker maker, AuthorityPlan plan, @Nullable CertificateAuthority parent, Instant now) {
        UUID id = ids.nextUuid();
        Certified certified = certify(maker, id, FIRST, plan, parent, now);
        CertificateAuthority authority = new CertificateAuthority(
                id,
                plan.name(),
                plan.type(),
                plan.parentId(),
                plan.commonName(),
                AuthorityStatus.ACTIVE,
                plan.urls(),
                certified.generation(),
                null,
                0,
                plan.crlPartitions(),
                CertificateAuthority.Rotation.of(plan.autoRotate()),
                null,
                null,
                now,
                maker.identity().value(),
                now);
        return new Made(
                authority,
                certified.generation().keyId(),
                certified.sealedPrivateKey(),
                certified.number(),
                certified.issued());
    }

    /** A key of that authority, and the certificate for it. */
    Certified certify(
            Maker maker, UUID id, int number, AuthorityPlan plan, @Nullable CertificateAuthority parent, Instant now) {
        KeyStorage storage = keys.storage(plan.storage(), plan.keySpec());
        // What the parent forbids is refused before a key is made, which is the expensive part.
        if (parent != null && (parent.status() != AuthorityStatus.ACTIVE || !isCurrent(parent, now))) {
            throw Issuance.cannotSign(parent, now);
        }
        AuthorityGeneration above = parent == null ? null : parent.current();
        Validity validity = plan.validity(now, above);
        OptionalInt pathLength = plan.pathLength(above);

        String keyId = ids.next("key_");
        AuthorityKeys.Made made = keys.make(maker, keyId, plan.keySpec(), storage);
        KeyPair pair = made.pair();
        Signed signed = parent == null
                ? signedByItself(maker, id, number, plan, pair, validity, pathLength)
                : signedBy(parent, maker, plan, pair, validity, pathLength);
        SubjectKey key = SubjectKey.of(pair.getPublic());
        AuthorityGeneration generation = new AuthorityGeneration(
                number,
                keyId,
                plan.keySpec(),
                storage,
                signed.number().certificateId(),
                signed.der(),
                List.of(),
                signed.number().serial(),
                plan.subject().toString(),
                key.keyIdentifier(),
                pathLength.isPresent() ? pathLength.getAsInt() : null,
                plan.constraints(),
                parent == null ? null : parent.id(),
                signed.issuerGeneration(),
                validity.notBefore(),
                validity.notAfter());
        return new Certified(
                generation,
                made.sealed(),
                signed.number(),
                new IssuedCertificate(null, id, plan.subject(), SubjectAlternativeNames.NONE, validity, signed.der()));
    }

    /** A key whose certificate somebody else is asked for. */
    Made request(Maker maker, AuthorityPlan plan, Instant now) {
        Requested requested = request(maker, plan, plan.subject(), plan.pathLength(null), plan.constraints(), now);
        CertificateAuthority authority = new CertificateAuthority(
                ids.nextUuid(),
                plan.name(),
                plan.type(),
                null,
                plan.commonName(),
                AuthorityStatus.PENDING,
                plan.urls(),
                null,
                requested.pending(),
                0,
                plan.crlPartitions(),
                CertificateAuthority.Rotation.of(plan.autoRotate()),
                null,
                null,
                now,
                maker.identity().value(),
                now);
        return new Made(authority, requested.pending().keyId(), requested.sealedPrivateKey(), null, null);
    }

    Requested request(
            Maker maker,
            AuthorityPlan plan,
            Subject subject,
            OptionalInt pathLength,
            NameConstraints constraints,
            Instant now) {
        KeySpec spec = plan.keySpec();
        KeyStorage storage = keys.storage(plan.storage(), spec);
        String keyId = ids.next("key_");
        AuthorityKeys.Made made = keys.make(maker, keyId, spec, storage);
        byte[] request = AuthorityRequest.sign(subject, made.pair(), pathLength, constraints, signatures);
        PendingKey pending = new PendingKey(
                keyId,
                spec,
                storage,
                subject.toString(),
                request,
                pathLength.isPresent() ? pathLength.getAsInt() : null,
                constraints,
                now);
        return new Requested(pending, made.sealed());
    }

    /** In the transaction that stores the authority; does nothing where somebody else is asked. */
    void finish(TenantTransaction tx, Made made) {
        if (made.number() != null && made.issued() != null) {
            issuance.finish(tx, made.number(), made.issued());
        }
        PendingKey pending = made.authority().pending();
        if (pending == null) {
            keys.keep(tx, made.authority().current().storage(), made.keyId());
        } else {
            keys.keep(tx, pending.storage(), made.keyId());
        }
    }

    void finish(TenantTransaction tx, Certified certified) {
        keys.keep(tx, certified.generation().storage(), certified.generation().keyId());
        issuance.finish(tx, certified.number(), certified.issued());
    }

    /** A key that waits for its certificate takes the place of another. */
    void replace(TenantTransaction tx, Requested requested, @Nullable PendingKey waiting) {
        if (waiting != null) {
            keys.discard(tx, waiting.storage(), waiting.keyId());
        }
        keys.keep(tx, requested.pending().storage(), requested.pending().keyId());
    }

    /** Of a key that somebody brought. */
    byte[] sealed(Maker maker, String keyId, SensitiveBytes privateKey) {
        return keys.sealed(maker, keyId, privateKey);
    }

    String nextKeyId() {
        return ids.next("key_");
    }

    UUID nextId() {
        return ids.nextUuid();
    }

    private static boolean isCurrent(CertificateAuthority authority, Instant now) {
        return authority.current().notAfter().isAfter(now)
                && !authority.current().notBefore().isAfter(now);
    }

    private Signed signedByItself(
            Maker maker,
            UUID id,
            int generation,
            AuthorityPlan plan,
            KeyPair pair,
            Validity validity,
            OptionalInt pathLength) {
        ReservedNumber number = issuance.reserveOwn(maker.tenant(), id, generation, maker.identity());
        IssuerView itself = Issuers.ofItself(
                plan.subject(), SubjectKey.of(pair.getPublic()), validity, SignatureScheme.of(plan.keySpec()));
        byte[] der = signer.sign(
                lint.lint(draft(number.serial(), plan, pair, validity, pathLength, CertificateEndpoints.NONE), itself),
                itself,
                pair.getPrivate());
        return new Signed(number, null, der);
    }

    private Signed signedBy(
            CertificateAuthority parent,
            Maker maker,
            AuthorityPlan plan,
            KeyPair pair,
            Validity validity,
            OptionalInt pathLength) {
        Reservation reservation = issuance.reserve(maker.tenant(), parent.id(), maker.identity());
        CertificateDraft draft = draft(
                reservation.serial(),
                plan,
                pair,
                validity,
                pathLength,
                reservation.pointers().of(reservation.serial()));
        byte[] der = issuance.sign(maker.partner(), reservation, lint.lint(draft, reservation.issuer()));
        return new Signed(reservation.number(), reservation.generation(), der);
    }

    private static CertificateDraft draft(
            SerialNumber serial,
            AuthorityPlan plan,
            KeyPair pair,
            Validity validity,
            OptionalInt pathLength,
            CertificateEndpoints endpoints) {
        return new CertificateDraft(
                serial,
                plan.subject(),
                SubjectKey.of(pair.getPublic()),
                validity,
                SubjectAlternativeNames.NONE,
                new CertificateProfile.Authority(pathLength, plan.constraints(), plan.usages()),
                endpoints);
    }

    private record Signed(ReservedNumber number, @Nullable Integer issuerGeneration, byte[] der) {}

    /** @param sealedPrivateKey of the generation */
    record Certified(
            AuthorityGeneration generation, byte[] sealedPrivateKey, ReservedNumber number, IssuedCertificate issued) {
        @Override
        public String toString() {
            return "Certified[" + generation + "]";
        }
    }

    record Requested(PendingKey pending, byte[] sealedPrivateKey) {
        @Override
        public String toString() {
            return "Requested[" + pending + "]";
        }
    }

    /**
     * @param sealedPrivateKey of that key
     * @param number none where somebody else is asked for it
     */
    record Made(
            CertificateAuthority authority,
            String keyId,
            byte[] sealedPrivateKey,
            @Nullable ReservedNumber number,
            @Nullable IssuedCertificate issued) {
        @Override
        public String toString() {
            return "Made[" + authority.name() + "]";
        }
    }
}
