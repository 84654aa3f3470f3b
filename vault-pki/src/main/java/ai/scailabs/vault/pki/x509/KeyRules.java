package ai.scailabs.vault.pki.x509;

import static ai.scailabs.vault.kernel.error.ErrorCode.CSR_REJECTED;
import static ai.scailabs.vault.kernel.error.ErrorCode.INTERNAL_ERROR;
import static ai.scailabs.vault.kernel.error.ErrorCode.VALIDATION_ERROR;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;

/** The key, how it is identified, and what it may be used for (RFC 5280 §4.1.2.7, §4.2.1.1-3, §4.2.1.12). */
final class KeyRules {
    static final int MAX_IDENTIFIER_OCTETS = 64;

    static final List<LintRule> ALL = List.of(
            new LintRule("RFC 5280 §4.1.2.7", "public_key", CSR_REJECTED, (tbs, _) -> {
                SubjectKey unused = tbs.subjectKey();
                return Optional.empty();
            }),
            new LintRule("RFC 5280 §4.2.1.1", "authority_key_identifier", INTERNAL_ERROR, KeyRules::authorityKey),
            new LintRule("RFC 5280 §4.2.1.2", "subject_key_identifier", INTERNAL_ERROR, (tbs, _) -> subjectKey(tbs)),
            new LintRule("RFC 5280 §4.2.1.3", "key_usage_form", INTERNAL_ERROR, (tbs, _) -> usageForm(tbs)),
            new LintRule("RFC 5280 §4.2.1.3", "key_usage_authority", INTERNAL_ERROR, (tbs, _) -> authorityUsage(tbs)),
            new LintRule("RFC 8813, RFC 9295", "key_usage_of_key", INTERNAL_ERROR, (tbs, _) -> leafUsage(tbs)),
            LintRule.that(
                    "RFC 5280 §4.2.1.12",
                    "key_usage_fits_usages",
                    INTERNAL_ERROR,
                    (tbs, _) -> !tbs.mayUse(KeyUsage.keyEncipherment) || transportsKeys(tbs.usages()),
                    "keyEncipherment with usages that transport no key"),
            new LintRule("RFC 5280 §4.2.1.12", "extended_key_usage", VALIDATION_ERROR, (tbs, _) -> purposes(tbs)),
            new LintRule("RFC 6960 §4.2.2.2", "ocsp_signing_alone", VALIDATION_ERROR, (tbs, _) -> responder(tbs)),
            new LintRule("RFC 3161 §2.3", "time_stamping_alone", VALIDATION_ERROR, (tbs, _) -> timeStamping(tbs)),
            new LintRule("RFC 5280 §4.2.1.12", "nested_usages", VALIDATION_ERROR, KeyRules::nested));

    private KeyRules() {}

    /** The value that the issuer's certificate has, and nothing besides it; a root has none. */
    private static Optional<String> authorityKey(TbsView tbs, IssuerView issuer) {
        Optional<TbsView.Part> part = tbs.extension(Extension.authorityKeyIdentifier);
        if (tbs.isSelfSigned(issuer)) {
            return part.isPresent() ? Optional.of("in a root") : Optional.empty();
        }
        if (part.isEmpty()) {
            return Optional.of("missing");
        }
        AuthorityKeyIdentifier identifier =
                AuthorityKeyIdentifier.getInstance(part.get().content());
        if (identifier.getAuthorityCertIssuer() != null || identifier.getAuthorityCertSerialNumber() != null) {
            return Optional.of("more than the key identifier");
        }
        return Arrays.equals(identifier.getKeyIdentifierOctets(), issuer.keyIdentifierOctets())
                ? Optional.empty()
                : Optional.of("not the issuer's");
    }

    private static Optional<String> subjectKey(TbsView tbs) {
        Optional<TbsView.Part> part = tbs.extension(Extension.subjectKeyIdentifier);
        if (part.isEmpty()) {
            return Optional.of("missing");
        }
        int octets = ASN1OctetString.getInstance(part.get().content()).getOctets().length;
        return octets > 0 && octets <= MAX_IDENTIFIER_OCTETS ? Optional.empty() : Optional.of(octets + " octets");
    }

    /** At least one bit, and in DER none behind the last that is set. */
    private static Optional<String> usageForm(TbsView tbs) {
        Optional<TbsView.Part> part = tbs.extension(Extension.keyUsage);
        if (part.isEmpty()) {
            return Optional.of("missing");
        }
        byte[] encoded = part.get().value();
        // BIT STRING, its length, the number of unused bits, the bits.
        if (encoded.length < 4 || encoded[0] != 3 || encoded[1] != encoded.length - 2) {
            return Optional.of("no bit is set");
        }
        int last = encoded[encoded.length - 1] & 0xff;
        return last != 0 && Integer.numberOfTrailingZeros(last) == encoded[2]
                ? Optional.empty()
                : Optional.of("trailing zero bits");
    }

    private static Optional<String> authorityUsage(TbsView tbs) {
        boolean certifies = tbs.mayUse(KeyUsage.keyCertSign);
        boolean revokes = tbs.mayUse(KeyUsage.cRLSign);
        if (!tbs.isAuthority()) {
            return certifies || revokes ? Optional.of("a leaf that signs certificates or lists") : Optional.empty();
        }
        if (!certifies || !revokes) {
            return Optional.of("an authority without keyCertSign or cRLSign");
        }
        return anyOf(
                        tbs,
                        KeyUsage.nonRepudiation,
                        KeyUsage.keyEncipherment,
                        KeyUsage.dataEncipherment,
                        KeyUsage.keyAgreement,
                        KeyUsage.encipherOnly,
                        KeyUsage.decipherOnly)
                ? Optional.of("an authority that does something else")
                : Optional.empty();
    }

    private static Optional<String> leafUsage(TbsView tbs) {
        if (!tbs.mayUse(KeyUsage.digitalSignature)) {
            return Optional.of("without digitalSignature");
        }
        if (anyOf(
                tbs,
                KeyUsage.nonRepudiation,
                KeyUsage.dataEncipherment,
                KeyUsage.keyAgreement,
                KeyUsage.encipherOnly,
                KeyUsage.decipherOnly)) {
            return Optional.of("a usage that nothing here needs");
        }
        boolean rsa = tbs.subjectKey().spec().isRsa();
        return tbs.mayUse(KeyUsage.keyEncipherment) && !rsa
                ? Optional.of("keyEncipherment with a key that cannot")
                : Optional.empty();
    }

    /** Of the usages of RFC 5280 these two alone are consistent with {@code keyEncipherment}. */
    static boolean transportsKeys(Collection<ExtendedKeyUsage> usages) {
        return usages.contains(ExtendedKeyUsage.SERVER_AUTH) || usages.contains(ExtendedKeyUsage.EMAIL_PROTECTION);
    }

    private static boolean anyOf(TbsView tbs, int... usages) {
        return Arrays.stream(usages).anyMatch(tbs::mayUse);
    }

    private static Optional<String> purposes(TbsView tbs) {
        List<String> named = tbs.usageIdentifiers();
        if (named.isEmpty()) {
            return tbs.isAuthority() && !tbs.has(Extension.extendedKeyUsage)
                    ? Optional.empty()
                    : Optional.of("missing or empty");
        }
        if (named.contains(ExtendedKeyUsage.ANY)) {
            return Optional.of("anyExtendedKeyUsage");
        }
        return named.stream().distinct().count() == named.size() ? Optional.empty() : Optional.of("one twice");
    }

    private static Optional<String> responder(TbsView tbs) {
        return tbs.isResponder() && !tbs.isAuthority() && tbs.usageIdentifiers().size() > 1
                ? Optional.of("OCSPSigning beside another usage")
                : Optional.empty();
    }

    private static Optional<String> timeStamping(TbsView tbs) {
        if (tbs.isAuthority()) {
            return criticalUsages(tbs) ? Optional.of("critical in an authority") : Optional.empty();
        }
        boolean stamps = tbs.usages().contains(ExtendedKeyUsage.TIME_STAMPING);
        if (stamps && tbs.usageIdentifiers().size() > 1) {
            return Optional.of("timeStamping beside another usage");
        }
        return stamps == criticalUsages(tbs)
                ? Optional.empty()
                : Optional.of(stamps ? "timeStamping that is not critical" : "critical usages");
    }

    private static boolean criticalUsages(TbsView tbs) {
        return tbs.extension(Extension.extendedKeyUsage)
                .map(TbsView.Part::critical)
                .orElse(false);
    }

    /** What an authority above was limited to is what everything below it is limited to. */
    private static Optional<String> nested(TbsView tbs, IssuerView issuer) {
        for (Set<ExtendedKeyUsage> allowed : issuer.usages()) {
            if (tbs.isAuthority() && tbs.usages().isEmpty()) {
                return Optional.of("an authority without bounds below one with them");
            }
            Optional<ExtendedKeyUsage> other = tbs.usages().stream()
                    .filter(usage -> !allowed.contains(usage))
                    .findFirst();
            if (other.isPresent()) {
                return other.map(ExtendedKeyUsage::text);
            }
        }
        return Optional.empty();
    }
}
