package ai.scailabs.vault.pki.profile;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.x509.CertificateContents;
import ai.scailabs.vault.pki.x509.ExtendedKeyUsage;
import ai.scailabs.vault.pki.x509.GeneralName;
import ai.scailabs.vault.pki.x509.IssuerView;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.NameSyntax;
import ai.scailabs.vault.pki.x509.Subject;
import ai.scailabs.vault.pki.x509.Validity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Holds a certificate that is about to be signed against a role and against every authority above it. The one place that says what a role allows: for issuing, signing, approved requests, renewals
 * and dry runs alike, and on the bytes that will be signed rather than on what was asked for.
 */
public final class RolePolicy {
    private RolePolicy() {}

    /**
     * @param contents what the very bytes say that will be signed, as {@link ai.scailabs.vault.pki.x509.LintedCertificate#contents} gives it
     * @return everything that is wrong with it, empty when it may be signed
     */
    public static List<Violation> check(CertificateContents contents, Role role, IssuerView issuer) {
        List<Violation> violations = new ArrayList<>();
        names(contents, role, violations);
        commonName(contents, role, violations);
        subject(contents, role, violations);
        lifetime(contents, role, issuer, violations);
        keyAndUsage(contents, role, violations);
        signature(role, issuer, violations);
        contents.constraintViolation(issuer)
                .ifPresent(found ->
                        violations.add(new Violation("name_constraints", found, found, ErrorCode.NAME_NOT_ALLOWED)));
        return List.copyOf(violations);
    }

    /**
     * The refusal that tells all of them, by the code of the first.
     *
     * @throws VaultException unless there are none
     */
    public static void refuseAny(List<Violation> violations) {
        if (violations.isEmpty()) {
            return;
        }
        Violation first = violations.getFirst();
        List<Map<String, Object>> all =
                violations.stream().map(RolePolicy::told).toList();
        Map<String, Object> details = new LinkedHashMap<>(told(first));
        violations.stream()
                .filter(violation -> violation.rule().equals("max_ttl"))
                .findFirst()
                .ifPresent(violation -> details.put("max_ttl", violation.value()));
        details.put("violations", all);
        throw new VaultException(first.code(), first.message(), details);
    }

    private static Map<String, Object> told(Violation violation) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("rule", violation.rule());
        told.put("value", violation.value());
        told.put("message", violation.message());
        return told;
    }

    private static void names(CertificateContents contents, Role role, List<Violation> violations) {
        if (contents.names().size() > role.names().maxSans()) {
            violations.add(new Violation(
                    "max_sans",
                    String.valueOf(contents.names().size()),
                    "the role allows " + role.names().maxSans() + " names in a certificate",
                    ErrorCode.NAME_NOT_ALLOWED));
        }
        for (GeneralName name : contents.names()) {
            NameMatch.refusal(name, role.names()).ifPresent(violations::add);
        }
    }

    private static void commonName(CertificateContents contents, Role role, List<Violation> violations) {
        List<String> commonNames = contents.subject().commonNames();
        if (commonNames.isEmpty()) {
            if (role.subject().requireCn()) {
                violations.add(
                        new Violation("require_cn", "", "the role wants a common name", ErrorCode.NAME_NOT_ALLOWED));
            }
            return;
        }
        if (commonNames.size() > 1) {
            violations.add(new Violation(
                    "common_name", commonNames.get(1), "a subject has one common name", ErrorCode.NAME_NOT_ALLOWED));
            return;
        }
        String commonName = commonNames.getFirst();
        if (contents.names().stream().anyMatch(name -> name.text().equals(commonName))) {
            return;
        }
        if (!role.subject().excludeCnFromSans()) {
            violations.add(new Violation(
                    "exclude_cn_from_sans",
                    commonName,
                    "the common name '" + commonName + "' is not one of the alternative names",
                    ErrorCode.NAME_NOT_ALLOWED));
        } else if (role.subject().validateCn()) {
            asName(commonName)
                    .map(name -> NameMatch.refusal(name, role.names()))
                    .orElseGet(() -> Optional.of(new Violation(
                            "validate_cn",
                            commonName,
                            "the common name '" + commonName + "' is no name that could be allowed",
                            ErrorCode.NAME_NOT_ALLOWED)))
                    .ifPresent(violations::add);
        }
    }

    private static Optional<GeneralName> asName(String text) {
        try {
            return Optional.of(NameSyntax.parse(text));
        } catch (VaultException noName) {
            return Optional.empty();
        }
    }

    /** Besides the common name it says what the role says, and nothing that a request brought. */
    private static void subject(CertificateContents contents, Role role, List<Violation> violations) {
        Subject due =
                role.subject().subject(contents.subject().commonNames().stream().findFirst());
        if (contents.subject().commonNames().size() <= 1 && !contents.subject().equals(due)) {
            violations.add(new Violation(
                    "subject",
                    contents.subject().toString(),
                    "the subject would be '" + contents.subject() + "', the role makes it '" + due + "'",
                    ErrorCode.NAME_NOT_ALLOWED));
        }
    }

    private static void lifetime(
            CertificateContents contents, Role role, IssuerView issuer, List<Violation> violations) {
        Validity validity = contents.validity();
        Lifetime allowed = role.lifetime();
        boolean endless = validity.notAfter().equals(Validity.NO_EXPIRY);
        if (endless && !allowed.allowNoExpiry()) {
            violations.add(new Violation(
                    "allow_no_expiry",
                    validity.notAfter().toString(),
                    "the role has no certificates without an end",
                    ErrorCode.TTL_EXCEEDED));
        } else if (!endless && validity.length().compareTo(allowed.maxTtl().plus(allowed.backdate())) > 0) {
            violations.add(new Violation(
                    "max_ttl",
                    text(allowed.maxTtl()),
                    "the certificate would be good for " + text(validity.length()) + ", the role allows "
                            + text(allowed.maxTtl()),
                    ErrorCode.TTL_EXCEEDED));
        }
        if (!validity.isWithin(issuer.validity())) {
            violations.add(new Violation(
                    "issuer_validity",
                    validity.notAfter().toString(),
                    "the issuer is good from " + issuer.validity().notBefore() + " to "
                            + issuer.validity().notAfter() + " only",
                    ErrorCode.TTL_EXCEEDED));
        }
    }

    /** The lint has found that the bytes name the scheme by which the issuer signs. */
    private static void signature(Role role, IssuerView issuer, List<Violation> violations) {
        SignatureRule rule = role.signature();
        KeySpec key = issuer.key().spec();
        if (rule.by(key).filter(issuer.scheme()::equals).isEmpty()) {
            String field = rule.field(key);
            violations.add(new Violation(
                    field,
                    field.equals("use_pss") ? "true" : String.valueOf(rule.hashBits()),
                    "the authority's key is " + key + ", and signs by " + issuer.scheme(),
                    ErrorCode.VALIDATION_ERROR));
        }
    }

    private static String text(Duration duration) {
        return duration.toSeconds() % 3600 == 0 ? duration.toHours() + "h" : duration.toSeconds() + "s";
    }

    private static void keyAndUsage(CertificateContents contents, Role role, List<Violation> violations) {
        if (!role.key().allows(contents.key().spec())) {
            violations.add(new Violation(
                    "key_type",
                    contents.key().spec().toString(),
                    "the key is " + contents.key().spec() + ", the role allows "
                            + String.join(", ", role.key().allowed()),
                    ErrorCode.CSR_REJECTED));
        }
        for (ExtendedKeyUsage usage : contents.usages()) {
            if (!role.usage().usages().contains(usage)) {
                violations.add(new Violation(
                        "ext_key_usage",
                        usage.text(),
                        "the role does not have the usage " + usage.text(),
                        ErrorCode.CSR_REJECTED));
            }
        }
        if (contents.authority()) {
            violations.add(new Violation("authority", "CA:TRUE", "no role makes authorities", ErrorCode.CSR_REJECTED));
        }
        if (contents.encodedBytes() > role.maxCertificateBytes()) {
            violations.add(new Violation(
                    "max_certificate_bytes",
                    String.valueOf(contents.encodedBytes()),
                    "the certificate would have more than " + role.maxCertificateBytes() + " bytes",
                    ErrorCode.CSR_REJECTED));
        }
    }
}
