package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.issuer.CertificateCommits.SignedCertificate;
import ai.scailabs.vault.pki.x509.CertificateSigner;
import ai.scailabs.vault.pki.x509.IssuerView;
import ai.scailabs.vault.pki.x509.Issuers;
import ai.scailabs.vault.pki.x509.LintedCertificate;
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
import org.jspecify.annotations.Nullable;

/**
 * Signs in the name of authorities, in three steps: {@link #reserve} a number, {@link #sign} what was linted for that authority, and keep it, by {@link #keep} or by {@link #finish} in the transaction that also
 * records it. While it signs no transaction is open, as the authority's key is opened there, for one signature. Thread-safe.
 */
public final class Issuance implements AutoCloseable {
    private static final int REMEMBERED = 2_000;

    private final AuthorityRepository authorities;
    private final CertificateRepository certificates;
    private final CertificateCommits commits;
    private final SerialNumbers numbers;
    private final AuthorityKeys keys;
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
            AuthorityKeys keys,
            CertificateSigner signer,
            PublicUrls urls,
            Clock clock,
            Ids ids,
            SecureRandom random) {
        this.authorities = new AuthorityRepository(transactions, clock);
        this.certificates = new CertificateRepository(transactions);
        this.commits = new CertificateCommits(transactions);
        this.numbers = new SerialNumbers(certificates, random, clock);
        this.keys = keys;
        this.signer = signer;
        this.urls = urls;
        this.clock = clock;
        this.ids = ids;
        this.random = random;
    }

    /**
     * A number of the authority, as it signs now, that no other certificate has or gets. One that is not signed under is reserved for nobody after some minutes.
     *
     * @throws VaultException {@code ca_not_found}; {@code conflict} when the authority does not sign now
     */
    public Reservation reserve(TenantId tenant, UUID authority, IdentityId by) {
        return reserve(tenant, authority, signatory(tenant, authority), by);
    }

    /** As {@link #reserve(TenantId, UUID, IdentityId)}, for an authority as it was seen. Whether it is still so is asked when the certificate is kept. */
    public Reservation reserve(TenantId tenant, UUID authority, Signatory signatory, IdentityId by) {
        return new Reservation(number(tenant, authority, signatory.generation(), by, signatory.changedAt()), signatory);
    }

    /** For a certificate of which no row is kept. Nothing is reserved either: that no other bears the number is as good as certain, as it has 159 random bits. */
    public Reservation unkept(TenantId tenant, UUID authority, Signatory signatory, IdentityId by) {
        return new Reservation(
                new ReservedNumber(
                        tenant,
                        ids.nextUuid(),
                        authority,
                        signatory.generation(),
                        SerialNumber.random(random),
                        by,
                        signatory.changedAt()),
                signatory);
    }

    private ReservedNumber number(
            TenantId tenant, UUID authority, int generation, IdentityId by, @Nullable Instant seen) {
        return new ReservedNumber(
                tenant, ids.nextUuid(), authority, generation, numbers.take(tenant, authority), by, seen);
    }

    /** Nothing was signed under it: it may be another's. */
    public void giveBack(Reservation reservation) {
        numbers.giveBack(reservation.tenant(), reservation.authorityId(), reservation.serial());
    }

    /**
     * For the certificate of a responder, by the key of that generation: also of an authority that signs nothing else any more, as somebody has to say what became of its certificates. Empty when the
     * authority's own certificate for that key does not count now.
     */
    public Optional<Reservation> reserveForResponder(TenantId tenant, UUID authority, int generation, IdentityId by) {
        return certificates
                .signerOfResponders(tenant, authority, generation, now())
                .map(found -> new Reservation(
                        number(tenant, authority, generation, by, null), signatory(tenant, authority, found)));
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
        Signatory signatory = signatory(tenant, authority, found);
        seen.put(new Seat(tenant, authority), signatory);
        return signatory;
    }

    private Signatory signatory(TenantId tenant, UUID authority, CertificateRepository.Signer found) {
        Known issuer = issuer(tenant, authority, found);
        return new Signatory(
                found.generation(),
                found.changedAt(),
                issuer.view(),
                issuer.chain(),
                pointers(authority, found),
                found.key());
    }

    /**
     * The authority as it was when it was last read, without asking the database. Whether it is still so {@link #keep} tells; before anything is refused for its sake, it is to be read again.
     *
     * @throws VaultException as {@link #signatory}
     */
    public Signatory lastSeen(TenantId tenant, UUID authority) {
        Signatory last = seen.getIfPresent(new Seat(tenant, authority));
        return last == null || !last.issuer().validity().includes(now()) ? signatory(tenant, authority) : last;
    }

    /** What stands above certificates that the authority signed by its key of that generation, its own for that key first; DER. */
    public List<byte[]> chain(TenantId tenant, UUID authority, int generation) {
        return authorities.line(tenant, authority, generation);
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
                ErrorCode.CONFLICT,
                authority.status() == AuthorityStatus.OFFLINE
                        ? "The keys of the certificate authority have left: sign a request elsewhere, and bring the certificate"
                        : "The certificate authority does not sign",
                Map.of("state", state));
    }

    private Known issuer(TenantId tenant, UUID authority, CertificateRepository.Signer found) {
        return known.get(new Place(tenant, authority, found.generation()), place -> {
            List<byte[]> above = authorities.above(tenant, authority, found.generation());
            List<byte[]> chain = new ArrayList<>();
            chain.add(found.certificate());
            chain.addAll(above);
            return new Known(
                    Issuers.of(
                            found.certificate(),
                            above,
                            SignatureScheme.of(found.key().spec())),
                    List.copyOf(chain));
        });
    }

    /**
     * The certificate, DER. Asks the root key, and the HSM where the authority's key lies there: never inside a transaction.
     *
     * @param linted for {@link Reservation#issuer()}
     * @throws VaultException {@code kms_unavailable}; {@code hsm_unavailable}; {@code integrity_failure} when the authority's key was altered or destroyed
     */
    public byte[] sign(PartnerId partner, Reservation reservation, LintedCertificate linted) {
        SigningKey key = reservation.signatory().key();
        return keys.with(
                reservation.tenant(),
                partner,
                key.id(),
                key.spec(),
                key.sealed(),
                opened -> signer.sign(linted, reservation.issuer(), opened));
    }

    /**
     * Keeps the certificate and its entry, together with whatever else is being issued; returns when that is durable. False when the authority or the role is not as it was seen, or its number not reserved
     * any more: then nothing is kept, the certificate is to be given to nobody, and what was remembered is forgotten.
     *
     * @throws VaultException {@code service_unavailable}, after which nobody knows whether it was kept
     */
    public boolean keep(
            Reservation reservation, IssuedCertificate issued, @Nullable RolePremise premise, AuditEntry entry) {
        return keptOrForgotten(
                commits.keep(new SignedCertificate(reservation.number(), issued, now(), premise, entry)), reservation);
    }

    /** As {@link #keep(Reservation, IssuedCertificate, RolePremise, AuditEntry)}, in the transaction of whoever calls and records it there. */
    public boolean keep(
            TenantTransaction tx, Reservation reservation, IssuedCertificate issued, @Nullable RolePremise premise) {
        return keptOrForgotten(
                CertificateCommits.keep(tx, new SignedCertificate(reservation.number(), issued, now(), premise, null)),
                reservation);
    }

    /** What was remembered of an authority counts no more when something was not kept. */
    private boolean keptOrForgotten(boolean kept, Reservation reservation) {
        if (!kept) {
            numbers.forget(reservation.tenant(), reservation.authorityId());
            seen.invalidate(new Seat(reservation.tenant(), reservation.authorityId()));
        }
        return kept;
    }

    /**
     * Keeps the entry of a certificate and nothing else, for a number of {@link #unkept}; all else is as {@link #keep} has it.
     *
     * @throws VaultException {@code service_unavailable}, after which nobody knows whether the entry was kept
     */
    public boolean tell(
            Reservation reservation, IssuedCertificate issued, @Nullable RolePremise premise, AuditEntry entry) {
        boolean told = commits.tell(new SignedCertificate(reservation.number(), issued, now(), premise, entry));
        if (!told) {
            seen.invalidate(new Seat(reservation.tenant(), reservation.authorityId()));
        }
        return told;
    }

    /**
     * Keeps the certificate; whoever calls records it in the same transaction.
     *
     * @throws VaultException {@code service_unavailable} when the authority was changed while it signed, or that took longer than a number is reserved for
     */
    public void finish(TenantTransaction tx, ReservedNumber number, IssuedCertificate issued) {
        if (!CertificateCommits.keep(tx, new SignedCertificate(number, issued, now(), null, null))) {
            numbers.forget(number.tenant(), number.authorityId());
            throw new VaultException(
                    ErrorCode.SERVICE_UNAVAILABLE,
                    "The authority was changed while it signed, or signing took too long");
        }
    }

    /** For the certificate of an authority that signs itself by its key of that generation, which is not there yet. */
    ReservedNumber reserveOwn(TenantId tenant, UUID authority, int generation, IdentityId by) {
        return number(tenant, authority, generation, by, null);
    }

    /** Keeps what is queued, then stops. */
    @Override
    public void close() {
        commits.close();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private record Seat(TenantId tenant, UUID authority) {}

    private record Place(TenantId tenant, UUID authority, int generation) {}

    private record Known(IssuerView view, List<byte[]> chain) {}
}
