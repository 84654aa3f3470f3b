package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.time.DurationText;
import ai.scailabs.vault.pki.issuer.CertificatePointers;
import ai.scailabs.vault.pki.issuer.Signatory;
import ai.scailabs.vault.pki.profile.Lifetime;
import ai.scailabs.vault.pki.profile.Role;
import ai.scailabs.vault.pki.x509.CertificateContents;
import ai.scailabs.vault.pki.x509.CertificateDraft;
import ai.scailabs.vault.pki.x509.CertificateEndpoints;
import ai.scailabs.vault.pki.x509.CertificateProfile;
import ai.scailabs.vault.pki.x509.CertificationRequest;
import ai.scailabs.vault.pki.x509.GeneralName;
import ai.scailabs.vault.pki.x509.NameSyntax;
import ai.scailabs.vault.pki.x509.SerialNumber;
import ai.scailabs.vault.pki.x509.Subject;
import ai.scailabs.vault.pki.x509.SubjectAlternativeNames;
import ai.scailabs.vault.pki.x509.SubjectKey;
import ai.scailabs.vault.pki.x509.Validity;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a certificate will say, by a role and a wish. It is only read and spelled here; whether the role allows it is asked of the finished bytes.
 *
 * @param pointers of the authority that will sign
 * @param countsFrom where its time to live begins; the validity may begin earlier
 */
record CertificatePlan(
        Subject subject,
        SubjectAlternativeNames names,
        Validity validity,
        CertificatePointers pointers,
        Instant countsFrom) {
    /** @throws VaultException {@code name_not_allowed}, {@code invalid_duration}, {@code validation_error}, {@code ttl_exceeded} */
    static CertificatePlan of(Role role, CertificateWish wish, Signatory signatory, Instant now) {
        return of(
                role,
                wish.commonName(),
                SubjectAlternativeNames.parse(wish.altNames(), wish.ipSans()),
                wish,
                signatory,
                now);
    }

    /**
     * For the key and the names of somebody else's request. What the wish says of names takes the place of what the request says; what the role does not let a request say counts for nothing.
     *
     * @throws VaultException as {@link #of(Role, CertificateWish, Signatory, Instant)}; {@code csr_rejected} for more than one common name
     */
    static CertificatePlan of(
            Role role, CertificationRequest request, CertificateWish wish, Signatory signatory, Instant now) {
        SubjectAlternativeNames names = SubjectAlternativeNames.parse(wish.altNames(), wish.ipSans());
        if (names.isEmpty() && role.useCsrSans()) {
            names = request.names();
        }
        String commonName = wish.commonName();
        if (commonName == null && role.useCsrCommonName()) {
            List<String> theirs = request.subject().commonNames();
            if (theirs.size() > 1) {
                throw new VaultException(
                        ErrorCode.CSR_REJECTED,
                        "the request has more than one common name",
                        Map.of("rule", "common_name", "value", theirs.get(1)));
            }
            commonName = theirs.isEmpty() ? null : theirs.getFirst();
        }
        return of(role, commonName, names, wish, signatory, now);
    }

    /**
     * With the names of a certificate that was made here.
     *
     * @throws VaultException as {@link #of(Role, CertificateWish, Signatory, Instant)}
     */
    static CertificatePlan again(
            Role role, CertificateContents before, Duration timeToLive, Signatory signatory, Instant now) {
        List<String> commonNames = before.subject().commonNames();
        return of(
                role,
                commonNames.isEmpty() ? null : commonNames.getFirst(),
                new SubjectAlternativeNames(before.names()),
                new CertificateWish(null, List.of(), List.of(), timeToLive.toSeconds() + "s", null, null),
                signatory,
                now);
    }

    private static CertificatePlan of(
            Role role,
            @Nullable String commonName,
            SubjectAlternativeNames names,
            CertificateWish wish,
            Signatory signatory,
            Instant now) {
        String spelled = commonName;
        SubjectAlternativeNames all = names;
        if (commonName != null && !role.subject().excludeCnFromSans()) {
            GeneralName name = NameSyntax.parse(commonName);
            all = names.with(name);
            // Letter by letter as the alternative name: verifiers compare the two.
            spelled = name.text();
        }
        return new CertificatePlan(
                role.subject().subject(Optional.ofNullable(spelled)),
                all,
                validity(role.lifetime(), wish, signatory.issuer().validity().notBefore(), now),
                signatory.pointers(),
                countsFrom(wish, now));
    }

    private static Validity validity(Lifetime lifetime, CertificateWish wish, Instant issuerBegins, Instant now) {
        Instant start = now.truncatedTo(ChronoUnit.SECONDS);
        Instant begin = notBefore(lifetime, wish, start);
        if (begin.isBefore(issuerBegins)) {
            // Nothing was valid before who signs it; of a request's own wish the lint says so.
            begin = wish.notBefore() == null ? issuerBegins : begin;
        }
        Instant end = notAfter(lifetime, wish, countsFrom(wish, start));
        if (end.isBefore(begin)) {
            throw Refusals.of("not_after", String.valueOf(end), "lies before the beginning");
        }
        return new Validity(begin, end);
    }

    /** The policy, which sees the certificate alone, cannot tell how much of its length is for clocks that are late, and lets it be that much longer. */
    boolean isTooLong(Role role) {
        boolean endless = role.lifetime().allowNoExpiry() && validity.notAfter().equals(Validity.NO_EXPIRY);
        return !endless
                && Duration.between(countsFrom, validity.notAfter())
                                .compareTo(role.lifetime().maxTtl())
                        >= 0;
    }

    private static Instant countsFrom(CertificateWish wish, Instant now) {
        Instant wanted = wish.notBefore();
        return (wanted == null ? now : wanted).truncatedTo(ChronoUnit.SECONDS);
    }

    private static Instant notBefore(Lifetime lifetime, CertificateWish wish, Instant start) {
        Instant earliest = start.minus(lifetime.backdate());
        Instant wanted = wish.notBefore();
        if (wanted == null) {
            return earliest;
        }
        if (!lifetime.allowNotBefore()) {
            throw Refusals.of("not_before_bound", wanted.toString(), "is not for a request to say in this role");
        }
        if (wanted.isBefore(earliest)) {
            throw Refusals.of(
                    "not_before_duration", wanted.toString(), "lies further in the past than the role lets it");
        }
        return wanted.truncatedTo(ChronoUnit.SECONDS);
    }

    private static Instant notAfter(Lifetime lifetime, CertificateWish wish, Instant from) {
        Instant wanted = wish.notAfter();
        if (wanted == null) {
            Duration ttl = wish.ttl() == null ? lifetime.ttl() : DurationText.parse("ttl", wish.ttl());
            return from.plus(ttl).minusSeconds(1);
        }
        if (wish.ttl() != null) {
            throw VaultException.invalidField("not_after", "cannot be said together with ttl");
        }
        if (!lifetime.allowNotAfter()) {
            throw Refusals.of("not_after_bound", wanted.toString(), "is not for a request to say in this role");
        }
        return wanted.truncatedTo(ChronoUnit.SECONDS);
    }

    CertificateDraft draft(Role role, SerialNumber serial, SubjectKey key) {
        CertificateProfile.EndEntity profile = role.usage().profile();
        return new CertificateDraft(serial, subject, key, validity, names, profile, endpoints(role, serial));
    }

    private CertificateEndpoints endpoints(Role role, SerialNumber serial) {
        if (role.usage().noRevocation()) {
            return pointers.withoutRevocation();
        }
        return role.noStore() ? pointers.withoutResponder(serial) : pointers.of(serial);
    }
}
