package ai.scailabs.vault.pki.x509;

import static ai.scailabs.vault.kernel.error.ErrorCode.NAME_NOT_ALLOWED;
import static ai.scailabs.vault.kernel.error.ErrorCode.VALIDATION_ERROR;

import ai.scailabs.vault.kernel.error.VaultException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1PrintableString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.ASN1UTF8String;
import org.bouncycastle.asn1.x500.style.BCStyle;

/** The subject (RFC 5280 §4.1.2.6 and appendix A). */
final class SubjectRules {
    /** Upper bounds in characters (RFC 5280 appendix A.1, X.520 for the two addresses). */
    private static final Map<ASN1ObjectIdentifier, Integer> UPPER_BOUNDS = Map.of(
            BCStyle.CN, 64,
            BCStyle.O, 64,
            BCStyle.OU, 64,
            BCStyle.SERIALNUMBER, 64,
            BCStyle.T, 64,
            BCStyle.L, 128,
            BCStyle.ST, 128,
            BCStyle.STREET, 128,
            BCStyle.POSTAL_CODE, 40,
            BCStyle.EmailAddress, 255);

    static final List<LintRule> ALL = List.of(
            new LintRule("RFC 5280 §4.1.2.6", "subject_form", VALIDATION_ERROR, (tbs, _) -> form(tbs)),
            new LintRule("RFC 5280 App. A", "subject_strings", VALIDATION_ERROR, (tbs, _) -> strings(tbs)),
            new LintRule("RFC 5280 App. A", "subject_upper_bounds", VALIDATION_ERROR, (tbs, _) -> bounds(tbs)),
            LintRule.that(
                    "RFC 5280 §4.1.2.6",
                    "authority_has_subject",
                    VALIDATION_ERROR,
                    (tbs, _) -> !tbs.isAuthority() || !tbs.subjectName().isEmpty(),
                    "an authority without a name"),
            new LintRule("RFC 9525 §2", "host_in_cn_only", NAME_NOT_ALLOWED, (tbs, _) -> hostInCommonName(tbs)));

    private SubjectRules() {}

    /** Each part is a set of one or more pairs of a type and a value. */
    private static Optional<String> form(TbsView tbs) {
        for (ASN1Encodable rdn : ASN1Sequence.getInstance(tbs.subject())) {
            ASN1Set parts = ASN1Set.getInstance(rdn);
            if (parts.size() == 0) {
                return Optional.of("an empty part");
            }
            for (ASN1Encodable part : parts) {
                if (ASN1Sequence.getInstance(part).size() != 2) {
                    return Optional.of("not a type and a value");
                }
            }
        }
        return Optional.empty();
    }

    private interface AttributeCheck {
        boolean holds(ASN1ObjectIdentifier type, ASN1Encodable value);
    }

    private static Optional<String> first(TbsView tbs, AttributeCheck check) {
        for (ASN1Encodable rdn : ASN1Sequence.getInstance(tbs.subject())) {
            for (ASN1Encodable part : ASN1Set.getInstance(rdn)) {
                ASN1Sequence pair = ASN1Sequence.getInstance(part);
                ASN1ObjectIdentifier type = ASN1ObjectIdentifier.getInstance(pair.getObjectAt(0));
                if (!check.holds(type, pair.getObjectAt(1))) {
                    return Optional.of(
                            BCStyle.INSTANCE.oidToDisplayName(type) == null
                                    ? type.getId()
                                    : BCStyle.INSTANCE.oidToDisplayName(type));
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> strings(TbsView tbs) {
        return first(tbs, (type, value) -> {
            if (type.equals(BCStyle.C)) {
                return value instanceof ASN1PrintableString country
                        && country.getString().matches("[A-Z]{2}");
            }
            if (type.equals(BCStyle.SERIALNUMBER) || type.equals(BCStyle.DN_QUALIFIER)) {
                return value instanceof ASN1PrintableString;
            }
            if (type.equals(BCStyle.EmailAddress) || type.equals(BCStyle.DC)) {
                return value instanceof ASN1IA5String;
            }
            return value instanceof ASN1UTF8String
                    || value instanceof ASN1PrintableString printable
                            && org.bouncycastle.asn1.DERPrintableString.isPrintableString(printable.getString());
        });
    }

    private static Optional<String> bounds(TbsView tbs) {
        return first(tbs, (type, value) -> {
            String text = ((ASN1String) value).getString();
            int characters = text.codePointCount(0, text.length());
            return characters > 0 && characters <= UPPER_BOUNDS.getOrDefault(type, Integer.MAX_VALUE);
        });
    }

    /**
     * A common name that reads as a host name or address must be among the alternative names of a server, byte for byte: clients that follow RFC 9525 do not look at it, older ones do, and the two
     * would see different servers.
     */
    private static Optional<String> hostInCommonName(TbsView tbs) {
        if (!tbs.usages().contains(ExtendedKeyUsage.SERVER_AUTH) || tbs.isAuthority()) {
            return Optional.empty();
        }
        List<GeneralName> names = tbs.names();
        return tbs.subjectName().commonNames().stream()
                .filter(commonName ->
                        names.stream().noneMatch(name -> name.text().equals(commonName)))
                .filter(SubjectRules::readsAsHost)
                .findFirst();
    }

    static boolean readsAsHost(String text) {
        try {
            return switch (NameSyntax.parse(text)) {
                case GeneralName.Dns dns -> dns.text().indexOf('.') > 0;
                case GeneralName.Ip _ -> true;
                case GeneralName.Email _, GeneralName.Uri _ -> false;
            };
        } catch (VaultException noName) {
            return false;
        }
    }
}
