package ai.scailabs.vault.pki.validation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.Time;
import org.jspecify.annotations.Nullable;

/** How RFC 5280 §4 wants certificates made, as far as verifiers that are strict hold it. */
final class ProfileChecks {
    private static final int MAX_SERIAL_OCTETS = 20;

    private static final Pattern UTC_TIME = Pattern.compile("\\d{12}Z");
    private static final Pattern GENERALIZED_TIME = Pattern.compile("\\d{14}Z");

    private final List<String> findings = new ArrayList<>();
    private final PathCertificate certificate;
    private final PathExtensions extensions;

    private ProfileChecks(PathCertificate certificate) {
        this.certificate = certificate;
        this.extensions = certificate.extensions();
    }

    /**
     * @param issuer null for the last one of a path
     * @param asAuthority whether it signs another of the path
     */
    static List<String> check(PathCertificate certificate, @Nullable PathCertificate issuer, boolean asAuthority) {
        ProfileChecks checks = new ProfileChecks(certificate);
        checks.fields();
        checks.keyIdentifiers(issuer);
        checks.names();
        if (asAuthority || checks.extensions.isAuthority()) {
            checks.ofAuthority();
        } else {
            checks.ofLeaf();
        }
        return checks.findings;
    }

    private void fields() {
        unless(
                extensions.isEmpty() || certificate.contents().getVersionNumber() == 3,
                "extensions in a certificate that is not of version 3 (§4.1.2.1)");
        unless(
                certificate.serial().signum() > 0 && certificate.serial().toByteArray().length <= MAX_SERIAL_OCTETS,
                "a serial number that is not positive, or longer than 20 octets (§4.1.2.2)");
        unless(!certificate.issuer().isEmpty(), "an issuer without a name (§4.1.2.4)");
        unless(
                !certificate.notAfter().isBefore(certificate.notBefore()),
                "an end of validity before its begin (§4.1.2.5)");
        unless(
                isPlain(certificate.contents().getStartDate())
                        && isPlain(certificate.contents().getEndDate()),
                "a time that is not in seconds and in UTC (§4.1.2.5)");
        KeyUsage usage = extensions.keyUsage();
        unless(usage == null || hasBits(usage), "a key usage without any (§4.2.1.3)");
    }

    /** As written: {@code YYMMDDHHMMSSZ}, or with four digits of the year. */
    private static boolean isPlain(Time time) {
        return time.toASN1Primitive() instanceof ASN1UTCTime utc
                ? UTC_TIME.matcher(utc.toString()).matches()
                : GENERALIZED_TIME
                        .matcher(((ASN1GeneralizedTime) time.toASN1Primitive()).getTimeString())
                        .matches();
    }

    private static boolean hasBits(KeyUsage usage) {
        for (byte octet : usage.getBytes()) {
            if (octet != 0) {
                return true;
            }
        }
        return false;
    }

    private void keyIdentifiers(@Nullable PathCertificate issuer) {
        unless(
                !extensions.isCritical(Extension.authorityKeyIdentifier)
                        && !extensions.isCritical(Extension.subjectKeyIdentifier),
                "a key identifier that is critical (§4.2.1.1)");
        byte[] wanted = extensions.authorityKeyIdentifier();
        if (issuer == null || certificate.isSelfIssued()) {
            return;
        }
        unless(wanted != null, "no authority key identifier (§4.2.1.1)");
        byte[] own = issuer.extensions().subjectKeyIdentifier();
        unless(
                wanted == null || own == null || Arrays.equals(wanted, own),
                "an authority key identifier that is not its issuer's (§4.2.1.1)");
    }

    private void names() {
        boolean named = extensions.has(Extension.subjectAlternativeName);
        unless(!named || !extensions.alternativeNames().isEmpty(), "alternative names without any (§4.2.1.6)");
        unless(
                extensions.alternativeNames().stream().allMatch(ProfileChecks::isWhole),
                "an address of neither 4 nor 16 octets (§4.2.1.6)");
        if (certificate.subject().isEmpty()) {
            unless(
                    named && extensions.isCritical(Extension.subjectAlternativeName),
                    "neither a subject nor alternative names that are critical (§4.1.2.6)");
        }
    }

    private static boolean isWhole(GeneralName name) {
        if (name.getTagNo() != GeneralName.iPAddress) {
            return true;
        }
        int octets = ASN1OctetString.getInstance(name.getName()).getOctets().length;
        return octets == 4 || octets == 16;
    }

    private void ofAuthority() {
        unless(!certificate.subject().isEmpty(), "an authority without a name (§4.1.2.6)");
        unless(
                extensions.isCritical(Extension.basicConstraints),
                "basic constraints of an authority that are not critical (§4.2.1.9)");
        unless(extensions.has(Extension.keyUsage), "an authority without a key usage (§4.2.1.3)");
        unless(
                extensions.has(Extension.subjectKeyIdentifier),
                "an authority without a subject key identifier (§4.2.1.2)");
        unless(
                extensions.pathLength() == null || extensions.allows(KeyUsage.keyCertSign),
                "a path length where no certificates are signed (§4.2.1.9)");
        unless(
                !extensions.has(Extension.nameConstraints) || extensions.isCritical(Extension.nameConstraints),
                "name constraints that are not critical (§4.2.1.10)");
    }

    private void ofLeaf() {
        unless(extensions.pathLength() == null, "a path length of what is no authority (§4.2.1.9)");
        unless(!extensions.has(Extension.nameConstraints), "name constraints of what is no authority (§4.2.1.10)");
        KeyUsage usage = extensions.keyUsage();
        unless(
                usage == null || !usage.hasUsages(KeyUsage.keyCertSign),
                "what is no authority signs certificates (§4.2.1.3)");
    }

    private void unless(boolean holds, String otherwise) {
        if (!holds) {
            findings.add(otherwise);
        }
    }
}
