package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.x509.CertificateSigner;
import ai.scailabs.vault.pki.x509.IssuerView;
import ai.scailabs.vault.pki.x509.Issuers;
import ai.scailabs.vault.pki.x509.LintedCertificate;
import ai.scailabs.vault.pki.x509.PrivateKeyFormat;
import ai.scailabs.vault.pki.x509.SerialNumber;
import ai.scailabs.vault.pki.x509.SignatureScheme;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Signs in the name of authorities, in three steps: {@link #reserve} a number, {@link #sign} what was linted for that authority, {@link #finish} in the transaction that also records it. The first and the
 * last are a commit each; between them no transaction is open, as the authority's key is opened there, for one signature. Thread-safe.
 */
public final class Issuance {
    private static final int REMEMBERED = 2_000;

    private final AuthorityRepository authorities;
    private final CertificateRepository certificates;
    private final KeySeal seal;
    private final CertificateSigner signer;
    private final PublicUrls urls;
    private final Clock clock;
    private final Ids ids;
    private final SecureRandom random;
    /** What their certificates say; whether they may sign is asked each time. */
    private final Cache<Place, Known> known =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();

    private final Cache<Seat, Signatory> seen =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();

    public Issuance(
            TenantTransactions transactions,
            KeySeal seal,
            CertificateSigner signer,
            PublicUrls urls,
            Clock clock,
            Ids ids,
            SecureRandom random) {
        this.authorities = new AuthorityRepository(transactions, clock);
        this.certificates = new CertificateRepository(transactions);
        this.seal = seal;
        this.signer = signer;
        this.urls = urls;
        this.clock = clock;
        this.ids = ids;
        this.random = random;
    }

    /**
     * A number of the authority that no other certificate has or gets. One that is not signed under stays reserved for nobody.
     *
     * @throws VaultException {@code ca_not_found}; {@code conflict} when the authority does not sign now
     */
    public Reservation reserve(TenantId tenant, UUID authority, IdentityId by) {
        return reserve(tenant, authority, SerialNumber.random(random), by);
    }

    /** As {@link #reserve(TenantId, UUID, IdentityId)}, for a number that was drawn before, so that nothing is reserved for what would be refused. */
    public Reservation reserve(TenantId tenant, UUID authority, SerialNumber serial, IdentityId by) {
        Instant now = now();
        UUID certificate = ids.nextUuid();
        CertificateRepository.Signer found = certificates
                .reserve(tenant, authority, certificate, serial, by, now)
                .orElseThrow(() -> whyNot(tenant, authority, now));
        return reservation(tenant, authority, certificate, serial, found);
    }

    private Reservation reservation(
            TenantId tenant,
            UUID authority,
            UUID certificate,
            SerialNumber serial,
            CertificateRepository.Signer found) {
        Known issuer = issuer(tenant, authority, found);
        return new Reservation(
                tenant,
                certificate,
                serial,
                authority,
                found.generation(),
                issuer.view(),
                issuer.chain(),
                pointers(authority, found),
                found.keySpec(),
                found.keyId(),
                found.sealedPrivateKey());
    }

    /**
     * For the certificate of a responder, by the key of that generation: also of an authority that signs nothing else any more, as somebody has to say what became of its certificates. Empty when the
     * authority's own certificate for that key does not count now.
     */
    public Optional<Reservation> reserveForResponder(TenantId tenant, UUID authority, int generation, IdentityId by) {
        SerialNumber serial = SerialNumber.random(random);
        UUID certificate = ids.nextUuid();
        return certificates
                .reserveForResponder(tenant, authority, generation, certificate, serial, by, now())
                .map(found -> reservation(tenant, authority, certificate, serial, found));
    }

    /**
     * The authority as it signs now.
     *
     * @throws VaultException as {@link #reserve(TenantId, UUID, IdentityId)}
     */
    public Signatory signatory(TenantId tenant, UUID authority) {
        Instant now = now();
        CertificateRepository.Signer found =
                certificates.signer(tenant, authority, now).orElseThrow(() -> whyNot(tenant, authority, now));
        Known issuer = issuer(tenant, authority, found);
        Signatory signatory =
                new Signatory(found.generation(), issuer.view(), issuer.chain(), pointers(authority, found));
        seen.put(new Seat(tenant, authority), signatory);
        return signatory;
    }

    /**
     * The authority as it was when it was last read, to draft by without asking the database. Whether it is still so {@link #reserve} tells, and whether it signs; before anything is refused for its sake,
     * it is to be read again.
     *
     * @throws VaultException as {@link #signatory}
     */
    public Signatory lastSeen(TenantId tenant, UUID authority) {
        Signatory last = seen.getIfPresent(new Seat(tenant, authority));
        return last == null ? signatory(tenant, authority) : last;
    }

    private CertificatePointers pointers(UUID authority, CertificateRepository.Signer found) {
        return urls.of(authority, found.generation(), found.urls(), found.crlPartitions());
    }

    private VaultException whyNot(TenantId tenant, UUID authority, Instant now) {
        return authorities
                .find(tenant, authority)
                .map(found -> cannotSign(found, now))
                .orElseGet(AuthorityService::notFound);
    }

    static VaultException cannotSign(CertificateAuthority authority, Instant now) {
        String state = authority.status() != AuthorityStatus.ACTIVE
                ? authority.status().wireName()
                : authority.current().notAfter().isAfter(now) ? "not_yet_valid" : "expired";
        return new VaultException(
                ErrorCode.CONFLICT, "The certificate authority does not sign", Map.of("state", state));
    }

    private Known issuer(TenantId tenant, UUID authority, CertificateRepository.Signer found) {
        return known.get(new Place(tenant, authority, found.generation()), place -> {
            List<byte[]> above = authorities.above(tenant, authority, found.generation());
            List<byte[]> chain = new ArrayList<>();
            chain.add(found.certificate());
            chain.addAll(above);
            return new Known(
                    Issuers.of(found.certificate(), above, SignatureScheme.of(found.keySpec())), List.copyOf(chain));
        });
    }

    /**
     * The certificate, DER. Asks the root key: never inside a transaction.
     *
     * @param linted for {@link Reservation#issuer()}
     * @throws VaultException {@code kms_unavailable}; {@code integrity_failure} when the authority's key was altered or destroyed
     */
    public byte[] sign(PartnerId partner, Reservation reservation, LintedCertificate linted) {
        try (SensitiveBytes privateKey =
                seal.open(reservation.tenant(), partner, reservation.keyId(), reservation.sealedPrivateKey())) {
            return signer.sign(
                    linted, reservation.issuer(), PrivateKeyFormat.read(privateKey.expose(), reservation.keySpec()));
        }
    }

    /**
     * Puts the certificate where its number is reserved; whoever calls records it in the same transaction.
     *
     * @throws VaultException {@code service_unavailable} when that took longer than a number is reserved for
     */
    public void finish(TenantTransaction tx, UUID certificateId, IssuedCertificate issued) {
        if (!certificates.finish(tx, certificateId, issued, now())) {
            throw tooLate();
        }
    }

    /** The same in a transaction of its own, together with the audit row, in one round trip. */
    public void finish(Reservation reservation, IssuedCertificate issued, AuditEntry entry) {
        if (!certificates.finish(reservation.tenant(), reservation.certificateId(), issued, now(), entry)) {
            throw tooLate();
        }
    }

    private static VaultException tooLate() {
        return new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE, "Signing took too long; its number is not reserved any more");
    }

    /** For the first certificate of an authority that signs itself. */
    UUID reserveOwn(TenantId tenant, UUID authority, SerialNumber serial, IdentityId by) {
        UUID certificate = ids.nextUuid();
        certificates.reserveOwn(tenant, authority, certificate, serial, by, now());
        return certificate;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private record Seat(TenantId tenant, UUID authority) {}

    private record Place(TenantId tenant, UUID authority, int generation) {}

    private record Known(IssuerView view, List<byte[]> chain) {}
}
