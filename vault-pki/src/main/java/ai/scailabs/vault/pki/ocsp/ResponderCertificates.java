package ai.scailabs.vault.pki.ocsp;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.issuer.Issuance;
import ai.scailabs.vault.pki.issuer.IssuedCertificate;
import ai.scailabs.vault.pki.issuer.Reservation;
import ai.scailabs.vault.pki.x509.CertificateDraft;
import ai.scailabs.vault.pki.x509.CertificateEndpoints;
import ai.scailabs.vault.pki.x509.CertificateLint;
import ai.scailabs.vault.pki.x509.CertificateProfile;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.Subject;
import ai.scailabs.vault.pki.x509.SubjectAlternativeNames;
import ai.scailabs.vault.pki.x509.SubjectKey;
import ai.scailabs.vault.pki.x509.Validity;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/**
 * Has authorities vouch for keys of this instance. Such a certificate is linted, recorded, and kept with all others of the authority; the key never leaves memory. An authority that signs nothing else any
 * more, because it was disabled or revoked, still says through it what became of its certificates.
 */
public final class ResponderCertificates {
    private static final IdentityId BY = new IdentityId("system:ocsp-responder");
    private static final Subject SUBJECT = Subject.commonName("OCSP responder");
    private static final Duration TTL = Duration.ofDays(7);
    /** For clocks that are a little late. */
    private static final Duration BACKDATE = Duration.ofMinutes(5);

    private final Issuance issuance;
    private final CertificateLint lint;
    private final AuditEntries entries;
    private final Ids ids;
    private final SecureRandom random;
    private final Clock clock;

    public ResponderCertificates(
            Issuance issuance, CertificateLint lint, AuditEntries entries, Ids ids, SecureRandom random, Clock clock) {
        this.issuance = issuance;
        this.lint = lint;
        this.entries = entries;
        this.ids = ids;
        this.random = random;
        this.clock = clock;
    }

    /**
     * A new key, with a certificate of the authority's key of that generation. Asks the root key.
     *
     * @throws UnansweredQuestion {@code unauthorized} when the authority's own certificate for that key is over
     */
    Responder make(KnownAuthority authority, int generation) {
        long started = System.nanoTime();
        KeyPair pair = KeySpec.EC_P256.generate(random);
        Reservation reservation = issuance.reserveForResponder(authority.tenant(), authority.id(), generation, BY)
                .orElseThrow(() -> new UnansweredQuestion(OcspFailure.UNAUTHORIZED));
        Validity validity = validity(reservation.issuer().validity());
        CertificateDraft draft = new CertificateDraft(
                reservation.serial(),
                SUBJECT,
                SubjectKey.of(pair.getPublic()),
                validity,
                SubjectAlternativeNames.NONE,
                new CertificateProfile.OcspResponder(),
                CertificateEndpoints.NONE);
        byte[] der = issuance.sign(authority.partner(), reservation, lint.lint(draft, reservation.issuer()));
        IssuedCertificate issued =
                new IssuedCertificate(null, null, SUBJECT, SubjectAlternativeNames.NONE, validity, der);
        if (!issuance.keep(reservation, issued, null, entry(reservation, validity, started))) {
            throw new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "Certifying a responder took too long");
        }
        return Responder.of(
                pair.getPrivate(),
                der,
                validity.notBefore().plus(validity.length().dividedBy(2)),
                validity.notAfter());
    }

    /** Within the authority's own. */
    private Validity validity(Validity issuer) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant begin = now.minus(BACKDATE);
        Instant end = now.plus(TTL).minusSeconds(1);
        return new Validity(
                begin.isBefore(issuer.notBefore()) ? issuer.notBefore() : begin,
                end.isAfter(issuer.notAfter()) ? issuer.notAfter() : end);
    }

    private AuditEntry entry(Reservation reservation, Validity validity, long started) {
        String authority = CertificateAuthority.idText(reservation.authorityId());
        AuditEntry entry = entries.succeeded(new Attempt(
                reservation.tenant(),
                AuditAction.PKI_OCSP_CERTIFY,
                BY,
                null,
                authority,
                null,
                null,
                ids.next("req_"),
                started));
        return entry.withExtra(Map.of(
                "serial_number",
                reservation.serial().toString(),
                "key_generation",
                reservation.generation(),
                "not_after",
                validity.notAfter().toString()));
    }
}
