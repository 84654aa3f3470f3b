package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.pki.x509.CertificateDraft;
import ai.scailabs.vault.pki.x509.CertificateEndpoints;
import ai.scailabs.vault.pki.x509.CertificateLint;
import ai.scailabs.vault.pki.x509.CertificateProfile;
import ai.scailabs.vault.pki.x509.CertificateSigner;
import ai.scailabs.vault.pki.x509.IssuerView;
import ai.scailabs.vault.pki.x509.Issuers;
import ai.scailabs.vault.pki.x509.SerialNumber;
import ai.scailabs.vault.pki.x509.SignatureScheme;
import ai.scailabs.vault.pki.x509.SubjectAlternativeNames;
import ai.scailabs.vault.pki.x509.SubjectKey;
import ai.scailabs.vault.pki.x509.Validity;
import java.security.KeyPair;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes the key and the certificate of a new authority. What is stored of the key is sealed when the method returns; nothing of it is stored yet, but its number is reserved. Thread-safe. */
public final class AuthorityCreation {
    private static final int FIRST = 1;

    private final AuthorityKeys keys;
    private final Issuance issuance;
    private final CertificateLint lint;
    private final CertificateSigner signer;
    private final Ids ids;

    public AuthorityCreation(
            AuthorityKeys keys, Issuance issuance, CertificateLint lint, CertificateSigner signer, Ids ids) {
        this.keys = keys;
        this.issuance = issuance;
        this.lint = lint;
        this.signer = signer;
        this.ids = ids;
    }

    /**
     * @param parent that signs it; null for one that signs itself
     * @throws VaultException as {@link AuthorityService#create}
     */
    Made make(Actor actor, AuthorityPlan plan, @Nullable CertificateAuthority parent, Instant now) {
        KeyStorage storage = keys.storage(plan.storage(), plan.keySpec());
        // What the parent forbids is refused before a key is made, which is the expensive part.
        if (parent != null && (parent.status() != AuthorityStatus.ACTIVE || !isCurrent(parent, now))) {
            throw Issuance.cannotSign(parent, now);
        }
        AuthorityGeneration above = parent == null ? null : parent.current();
        Validity validity = plan.validity(now, above);
        OptionalInt pathLength = plan.pathLength(above);

        String keyId = ids.next("key_");
        AuthorityKeys.Made made = keys.make(actor, keyId, plan.keySpec(), storage);
        KeyPair pair = made.pair();
        UUID id = ids.nextUuid();
        Signed signed = parent == null
                ? signedByItself(actor, id, plan, pair, validity, pathLength)
                : signedBy(parent, actor, plan, pair, validity, pathLength);
        SubjectKey key = SubjectKey.of(pair.getPublic());
        AuthorityGeneration generation = new AuthorityGeneration(
                FIRST,
                keyId,
                plan.keySpec(),
                storage,
                signed.number().certificateId(),
                signed.der(),
                signed.number().serial(),
                plan.subject().toString(),
                key.keyIdentifier(),
                pathLength.isPresent() ? pathLength.getAsInt() : null,
                plan.constraints(),
                parent == null ? null : parent.id(),
                signed.issuerGeneration(),
                validity.notBefore(),
                validity.notAfter());
        CertificateAuthority authority = new CertificateAuthority(
                id,
                plan.name(),
                plan.type(),
                plan.parentId(),
                plan.commonName(),
                AuthorityStatus.ACTIVE,
                plan.urls(),
                generation,
                0,
                plan.crlPartitions(),
                null,
                now,
                actor.identity().value(),
                now);
        IssuedCertificate issued =
                new IssuedCertificate(null, id, plan.subject(), SubjectAlternativeNames.NONE, validity, signed.der());
        return new Made(authority, made.sealed(), signed.number(), issued);
    }

    /** In the transaction that stores the authority. */
    void finish(TenantTransaction tx, Made made) {
        keys.keep(tx, made.authority().current());
        issuance.finish(tx, made.number(), made.issued());
    }

    private static boolean isCurrent(CertificateAuthority authority, Instant now) {
        return authority.current().notAfter().isAfter(now)
                && !authority.current().notBefore().isAfter(now);
    }

    private Signed signedByItself(
            Actor actor, UUID id, AuthorityPlan plan, KeyPair pair, Validity validity, OptionalInt pathLength) {
        ReservedNumber number = issuance.reserveOwn(actor.tenant(), id, actor.identity());
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
            Actor actor,
            AuthorityPlan plan,
            KeyPair pair,
            Validity validity,
            OptionalInt pathLength) {
        Reservation reservation = issuance.reserve(actor.tenant(), parent.id(), actor.identity());
        CertificateDraft draft = draft(
                reservation.serial(),
                plan,
                pair,
                validity,
                pathLength,
                reservation.pointers().of(reservation.serial()));
        byte[] der = issuance.sign(actor.partner(), reservation, lint.lint(draft, reservation.issuer()));
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
                new CertificateProfile.Authority(pathLength, plan.constraints(), Set.of()),
                endpoints);
    }

    private record Signed(ReservedNumber number, @Nullable Integer issuerGeneration, byte[] der) {}

    /** @param sealedPrivateKey of the authority's first generation */
    record Made(
            CertificateAuthority authority, byte[] sealedPrivateKey, ReservedNumber number, IssuedCertificate issued) {
        @Override
        public String toString() {
            return "Made[" + authority.name() + "]";
        }
    }
}
