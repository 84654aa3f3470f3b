package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.pki.validation.PathCertificate;
import ai.scailabs.vault.pki.x509.AuthorityContents;
import ai.scailabs.vault.pki.x509.CertificateDraft;
import ai.scailabs.vault.pki.x509.CertificateLint;
import ai.scailabs.vault.pki.x509.CertificateProfile;
import ai.scailabs.vault.pki.x509.IssuerView;
import ai.scailabs.vault.pki.x509.LintedCertificate;
import ai.scailabs.vault.pki.x509.SerialNumber;
import ai.scailabs.vault.pki.x509.SubjectAlternativeNames;
import ai.scailabs.vault.pki.x509.Validity;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Has an authority vouch for another one, of ours or of others, that goes by a certificate of its own: the same name and key under another issuer. Thread-safe. */
public final class CrossSigning {
    private static final int MAX_DAYS = 36_500;

    private final AuthorityService authorities;
    private final AuthorityRepository repository;
    private final Issuance issuance;
    private final CertificateLint lint;
    private final SecureRandom random;

    public CrossSigning(AuthorityService authorities, Issuance issuance, CertificateLint lint, SecureRandom random) {
        this.authorities = authorities;
        this.repository = authorities.repository();
        this.issuance = issuance;
        this.lint = lint;
        this.random = random;
    }

    /**
     * A certificate with the subject, the key, the key's identifier and the bounds of the other's own, within what the signer may give. Takes {@code admin} on the signer, and {@code read} on the other where it is of ours.
     *
     * @param subjectId of one of ours; or else
     * @param certificate of one of others, PEM
     * @param validityDays null: as long as the other's own and the signer's count
     * @throws VaultException {@code ca_not_found}; {@code access_denied}; {@code validation_error}, also for an authority that is the signer or above it; {@code ttl_exceeded}; {@code conflict} when one of them does not count now
     */
    public CrossCertificate sign(
            Caller caller,
            UUID signerId,
            @Nullable String subjectId,
            @Nullable String certificate,
            @Nullable Integer validityDays,
            @Nullable Integer maxPathLength,
            AuditEntry entry) {
        TenantId tenant = entry.tenant();
        Instant now = authorities.now();
        CertificateAuthority signer = authorities.administered(caller, tenant, signerId);
        if ((subjectId == null) == (certificate == null)) {
            throw VaultException.invalidField("subject_ca_id", "or certificate_pem is required, and not both");
        }
        if (validityDays != null && (validityDays < 1 || validityDays > MAX_DAYS)) {
            throw VaultException.invalidField("validity_days", "must be from 1 to " + MAX_DAYS);
        }
        CertificateAuthority subject = subjectId == null
                ? null
                : authorities.get(
                        caller,
                        tenant,
                        CertificateAuthority.parseId(subjectId).orElseThrow(AuthorityService::notFound));
        PathCertificate own = own(subject, certificate);
        AuthorityContents contents = contents(own, now);
        if (subject != null && subject.status() == AuthorityStatus.REVOKED) {
            throw Issuance.cannotSign(subject, now);
        }

        // 1. Refused by what the signer is now, before a number is taken.
        Signatory signatory = issuance.signatory(tenant, signerId);
        requireNoLoop(own, signatory.chain());
        Wish wish = new Wish(contents, validityDays, maxPathLength, now);
        linted(wish, SerialNumber.random(random), signatory.issuer(), signatory.pointers());

        // 2. A number, and a signature.
        Reservation reservation =
                issuance.reserve(tenant, signer.id(), caller.actor().identity());
        LintedCertificate linted = linted(wish, reservation.serial(), reservation.issuer(), reservation.pointers());
        Validity validity = wish.validity(reservation.issuer());
        byte[] der = issuance.sign(caller.actor().partner(), reservation, linted);

        // 3. Kept, with its entry.
        CrossCertificate made = new CrossCertificate(
                reservation.certificateId(),
                signerId,
                subject == null ? null : subject.id(),
                reservation.serial(),
                validity,
                der,
                reservation.chain());
        return authorities.change(tenant, tx -> {
            authorities.requireUnrevoked(tx, signerId);
            issuance.finish(
                    tx,
                    reservation.number(),
                    new IssuedCertificate(null, null, contents.subject(), SubjectAlternativeNames.NONE, validity, der));
            if (subject != null) {
                authorities.requireUnrevoked(tx, subject.id());
                repository.crosses().insert(tx, reservation.certificateId(), subject, reservation, now);
            }
            repository.record(tx, described(entry, signer, made, contents));
            return made;
        });
    }

    private static PathCertificate own(@Nullable CertificateAuthority subject, @Nullable String certificate) {
        if (subject != null) {
            return PathCertificate.read(subject.current().certificate())
                    .orElseThrow(() -> new IllegalStateException("a certificate was read before it was stored"));
        }
        List<PathCertificate> read = ForeignChain.read(certificate, List.of());
        if (read.size() != 1) {
            throw VaultException.invalidField("certificate_pem", "must be one certificate");
        }
        return read.getFirst();
    }

    private static AuthorityContents contents(PathCertificate own, Instant now) {
        AuthorityContents contents = ForeignChain.contents(own);
        if (!contents.shown()) {
            throw ForeignChain.refusal("name_constraints", own, "has name constraints of kinds that are not made here");
        }
        // Of one that says it signed itself nobody else can tell whether anything in it is so.
        if (own.isSelfIssued() && own.namesItsOwnKey() && !own.isIssuedBy(own)) {
            throw ForeignChain.refusal("signature_invalid", own, "is not signed by its own key");
        }
        if (own.notBefore().isAfter(now) || own.notAfter().isBefore(now)) {
            throw ForeignChain.refusal(
                    own.notAfter().isBefore(now) ? "expired" : "not_yet_valid", own, "does not count now");
        }
        return contents;
    }

    /** Whoever vouches for itself, or for one that vouches for it, says nothing, and has readers go in circles. */
    private static void requireNoLoop(PathCertificate subject, List<byte[]> chain) {
        for (byte[] der : chain) {
            if (PathCertificate.read(der).filter(subject::isSameEntity).isPresent()) {
                throw ForeignChain.refusal("loop", subject, "is the signer itself, or above it");
            }
        }
    }

    private LintedCertificate linted(Wish wish, SerialNumber serial, IssuerView issuer, CertificatePointers pointers) {
        AuthorityContents contents = wish.contents();
        LintedCertificate linted = lint.lint(
                new CertificateDraft(
                        serial,
                        contents.subject(),
                        contents.key(),
                        wish.validity(issuer),
                        SubjectAlternativeNames.NONE,
                        new CertificateProfile.Authority(
                                wish.pathLength(issuer), contents.constraints(), contents.usages()),
                        pointers.of(serial)),
                issuer);
        linted.contents().constraintViolation(issuer).ifPresent(violation -> {
            throw ForeignChain.refusal("name_constraint_violation", violation);
        });
        return linted;
    }

    private static AuditEntry described(
            AuditEntry entry, CertificateAuthority signer, CrossCertificate made, AuthorityContents contents) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("ca", signer.name());
        extra.put("certificate_id", made.text());
        extra.put("serial_number", made.serial().toString());
        extra.put("subject", contents.subject().toString());
        if (made.subject() != null) {
            extra.put("subject_ca_id", CertificateAuthority.idText(made.subject()));
        }
        return entry.withPath(signer.text()).withExtra(extra);
    }

    /** What is wanted, within what an issuer may give. */
    private record Wish(
            AuthorityContents contents,
            @Nullable Integer validityDays,
            @Nullable Integer maxPathLength,
            Instant now) {
        Validity validity(IssuerView issuer) {
            Instant start = now.truncatedTo(ChronoUnit.SECONDS);
            Instant begin = start.minus(AuthorityPlan.BACKDATE);
            Instant notBefore = begin.isBefore(issuer.validity().notBefore())
                    ? issuer.validity().notBefore()
                    : begin;
            Instant most = issuer.validity().notAfter();
            if (validityDays == null) {
                Instant own = contents.validity().notAfter();
                return new Validity(notBefore, own.isAfter(most) ? most : own);
            }
            Instant notAfter = start.plus(Duration.ofDays(validityDays)).minusSeconds(1);
            if (notAfter.isAfter(most)) {
                throw new VaultException(
                        ErrorCode.TTL_EXCEEDED,
                        "The signer ends before that",
                        Map.of(
                                "parent_valid_until",
                                most.toString(),
                                "max_validity_days",
                                Duration.between(start, most).plusSeconds(1).toDays()));
            }
            return new Validity(notBefore, notAfter);
        }

        /** As the other's own, or less. */
        OptionalInt pathLength(IssuerView issuer) {
            List<Integer> bounds = new ArrayList<>();
            if (issuer.pathLength().isPresent()) {
                int left = issuer.pathLength().getAsInt() - 1;
                if (left < 0) {
                    throw new VaultException(
                            ErrorCode.CONFLICT,
                            "No authority may be below the signer",
                            Map.of("state", "max_path_length_0"));
                }
                bounds.add(left);
            }
            if (contents.pathLength() != null) {
                bounds.add(contents.pathLength());
            }
            int most = bounds.stream().mapToInt(Integer::intValue).min().orElse(Integer.MAX_VALUE);
            if (maxPathLength != null) {
                if (maxPathLength < 0 || maxPathLength > Math.min(most, 20)) {
                    throw VaultException.invalidField(
                            "max_path_length",
                            "must be from 0 to " + Math.min(most, 20)
                                    + ", as the signer and the other's own certificate allow");
                }
                return OptionalInt.of(maxPathLength);
            }
            return bounds.isEmpty() ? OptionalInt.empty() : OptionalInt.of(most);
        }
    }
}
