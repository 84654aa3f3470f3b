package ai.scailabs.vault.pki.x509;

import static ai.scailabs.vault.kernel.error.ErrorCode.INTERNAL_ERROR;
import static ai.scailabs.vault.kernel.error.ErrorCode.NAME_NOT_ALLOWED;
import static ai.scailabs.vault.kernel.error.ErrorCode.VALIDATION_ERROR;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.x509.Extension;

/** Subject alternative names (RFC 5280 §4.2.1.6, RFC 9525, RFC 9549), and whether the authorities above allow them. */
final class NameRules {
    private static final int EMAIL = 1;
    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int IP = 7;

    static final List<LintRule> ALL = List.of(
            LintRule.that(
                    "RFC 5280 §4.2.1.6",
                    "names_present",
                    VALIDATION_ERROR,
                    (tbs, _) -> tbs.isAuthority() || tbs.isResponder() || tbs.has(Extension.subjectAlternativeName),
                    "no alternative name"),
            LintRule.that(
                    "RFC 5280 §4.2.1.6",
                    "names_critical_iff_no_subject",
                    INTERNAL_ERROR,
                    (tbs, _) -> tbs.extension(Extension.subjectAlternativeName)
                            .map(part -> part.critical() == tbs.subjectName().isEmpty())
                            .orElse(!tbs.subjectName().isEmpty()),
                    "critical beside a subject, or not critical without one"),
            new LintRule("RFC 5280 §4.2.1.6, RFC 9525", "name_form", NAME_NOT_ALLOWED, (tbs, _) -> forms(tbs)),
            new LintRule("RFC 5280 §4.2.1.10", "names_within_constraints", NAME_NOT_ALLOWED, NameRules::constrained));

    private NameRules() {}

    private static Optional<String> forms(TbsView tbs) {
        if (!tbs.has(Extension.subjectAlternativeName)) {
            return Optional.empty();
        }
        List<GeneralName> names = tbs.names();
        if (names.isEmpty()) {
            return Optional.of("an empty list");
        }
        return new HashSet<>(names).size() == names.size() ? Optional.empty() : Optional.of("one name twice");
    }

    /**
     * The names as they are encoded, each read as strictly as if somebody had asked for it.
     *
     * @throws ai.scailabs.vault.kernel.error.VaultException for one that must not be
     */
    static List<GeneralName> read(TbsView tbs) {
        List<GeneralName> names = new ArrayList<>();
        Optional<TbsView.Part> part = tbs.extension(Extension.subjectAlternativeName);
        if (part.isPresent()) {
            for (ASN1Encodable each : ASN1Sequence.getInstance(part.get().content())) {
                names.add(name(ASN1TaggedObject.getInstance(each)));
            }
        }
        return names;
    }

    static GeneralName name(ASN1TaggedObject tagged) {
        return switch (tagged.getTagNo()) {
            case DNS -> NameSyntax.asked(new GeneralName.Dns(ia5(tagged)));
            case EMAIL -> NameSyntax.asked(new GeneralName.Email(ia5(tagged)));
            case URI -> new GeneralName.Uri(ia5(tagged));
            case IP -> NameSyntax.ip(ASN1OctetString.getInstance(tagged, false).getOctets());
            default ->
                throw NameSyntax.refusal(
                        "name_kind", "[" + tagged.getTagNo() + "]", "is a kind of name that is not made");
        };
    }

    /** The octets, and not what the library would make of those above 127. */
    private static String ia5(ASN1TaggedObject tagged) {
        ASN1IA5String text = ASN1IA5String.getInstance(tagged, false);
        return new String(text.getOctets(), StandardCharsets.ISO_8859_1);
    }

    private static Optional<String> constrained(TbsView tbs, IssuerView issuer) {
        // Authorities that only have a name in their subject are bound by that alone.
        List<GeneralName> names = tbs.names();
        Subject subject = tbs.subjectName();
        for (DecodedConstraints constraints : issuer.constraints()) {
            Optional<String> violated = constraints.violation(subject, names, !tbs.isAuthority());
            if (violated.isPresent()) {
                return violated;
            }
        }
        return Optional.empty();
    }
}
