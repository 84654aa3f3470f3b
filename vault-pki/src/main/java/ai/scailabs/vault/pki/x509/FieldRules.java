package ai.scailabs.vault.pki.x509;

import static ai.scailabs.vault.kernel.error.ErrorCode.INTERNAL_ERROR;
import static ai.scailabs.vault.kernel.error.ErrorCode.TTL_EXCEEDED;
import static ai.scailabs.vault.kernel.error.ErrorCode.VALIDATION_ERROR;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;

/** The fields of a certificate, and which extensions there are (RFC 5280 §4.1, §4.2). */
final class FieldRules {
    private static final int MIN_SERIAL_BITS = 64;

    /** Every extension that is ever written, and whether it is critical; where that depends there is a rule of its own. */
    private static final Map<ASN1ObjectIdentifier, Optional<Boolean>> CRITICALITY = Map.ofEntries(
            Map.entry(Extension.authorityKeyIdentifier, Optional.of(false)),
            Map.entry(Extension.subjectKeyIdentifier, Optional.of(false)),
            Map.entry(Extension.keyUsage, Optional.of(true)),
            Map.entry(Extension.basicConstraints, Optional.empty()),
            Map.entry(Extension.extendedKeyUsage, Optional.empty()),
            Map.entry(Extension.subjectAlternativeName, Optional.empty()),
            Map.entry(Extension.nameConstraints, Optional.of(true)),
            Map.entry(Extension.certificatePolicies, Optional.of(false)),
            Map.entry(Extension.cRLDistributionPoints, Optional.of(false)),
            Map.entry(Extension.authorityInfoAccess, Optional.of(false)),
            Map.entry(Extension.noRevAvail, Optional.of(false)),
            Map.entry(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck, Optional.of(false)));

    static final List<LintRule> ALL = List.of(
            LintRule.that(
                    "RFC 5280 §4.1", "der_encoding", INTERNAL_ERROR, (tbs, _) -> isDer(tbs), "other bytes than DER"),
            LintRule.that(
                    "RFC 5280 §4.1.2.1",
                    "version_3",
                    INTERNAL_ERROR,
                    (tbs, _) -> tbs.version() instanceof ASN1Integer version && version.hasValue(2),
                    "not version 3"),
            new LintRule("RFC 5280 §4.1.2.2", "serial_number", VALIDATION_ERROR, (tbs, _) -> serial(tbs)),
            LintRule.that(
                    "RFC 5280 §4.1.2.3",
                    "signature_algorithm",
                    INTERNAL_ERROR,
                    (tbs, issuer) -> Arrays.equals(
                            TbsView.der(tbs.signature()),
                            TbsView.der(issuer.scheme().identifier())),
                    "not byte for byte the algorithm that signs"),
            LintRule.that(
                    "RFC 5480 §4",
                    "signature_fits_key",
                    VALIDATION_ERROR,
                    (_, issuer) -> issuer.scheme().fits(issuer.key().spec()),
                    "an algorithm that is not for the issuer's key"),
            LintRule.that(
                    "RFC 5280 §4.1.2.4",
                    "issuer_bytes",
                    INTERNAL_ERROR,
                    (tbs, issuer) -> Arrays.equals(
                                    TbsView.der(tbs.issuer()), issuer.subject().encoded())
                            && !issuer.subject().isEmpty(),
                    "not the bytes of the issuer's subject, or no name"),
            new LintRule("RFC 5280 §4.1.2.5", "validity_form", VALIDATION_ERROR, (tbs, _) -> validityForm(tbs)),
            new LintRule("RFC 5280 §6.1", "validity_within_issuer", TTL_EXCEEDED, FieldRules::withinIssuer),
            LintRule.that(
                    "RFC 5280 §4.1.2.8",
                    "unique_identifiers",
                    INTERNAL_ERROR,
                    (tbs, _) ->
                            tbs.pieces().size() == 1 && tbs.pieces().getFirst().getTagNo() == 3,
                    "something besides the extensions"),
            new LintRule("RFC 5280 §4.2", "extension_once", INTERNAL_ERROR, (tbs, _) -> duplicate(tbs)),
            new LintRule("RFC 5280 §4.2", "extension_known", VALIDATION_ERROR, (tbs, _) -> unknown(tbs)),
            new LintRule("RFC 5280 §4.2", "extension_criticality", INTERNAL_ERROR, (tbs, _) -> criticality(tbs)));

    private FieldRules() {}

    private static boolean isDer(TbsView tbs) {
        if (!Arrays.equals(TbsView.der(tbs.fields()), tbs.encoded())) {
            return false;
        }
        for (TbsView.Part part : tbs.extensions()) {
            if (!Arrays.equals(TbsView.der(part.content()), part.value())) {
                return false;
            }
        }
        return true;
    }

    private static Optional<String> serial(TbsView tbs) {
        BigInteger serial = tbs.serial().getValue();
        if (serial.signum() <= 0) {
            return Optional.of("not positive");
        }
        if (serial.toByteArray().length > SerialNumber.MAX_OCTETS) {
            return Optional.of("more than 20 octets");
        }
        return serial.bitLength() < MIN_SERIAL_BITS ? Optional.of("fewer than 64 bits") : Optional.empty();
    }

    private static Optional<String> validityForm(TbsView tbs) {
        return tbs.period().isPresent()
                ? Optional.empty()
                : Optional.of("times in another form than their year wants, or an end before the beginning");
    }

    /** The shell model: nothing is good for longer than who signed it, nor was it before. */
    private static Optional<String> withinIssuer(TbsView tbs, IssuerView issuer) {
        Optional<Validity> own = tbs.period();
        if (own.isEmpty() || own.get().isWithin(issuer.validity())) {
            return Optional.empty();
        }
        return Optional.of(own.get().notBefore() + " to " + own.get().notAfter() + ", the issuer's is "
                + issuer.validity().notBefore() + " to " + issuer.validity().notAfter());
    }

    private static Optional<String> duplicate(TbsView tbs) {
        Set<ASN1ObjectIdentifier> seen = new HashSet<>();
        return tbs.extensions().stream()
                .map(TbsView.Part::type)
                .filter(type -> !seen.add(type))
                .map(ASN1ObjectIdentifier::getId)
                .findFirst();
    }

    private static Optional<String> unknown(TbsView tbs) {
        return tbs.extensions().stream()
                .map(TbsView.Part::type)
                .filter(type -> !CRITICALITY.containsKey(type))
                .map(ASN1ObjectIdentifier::getId)
                .findFirst();
    }

    private static Optional<String> criticality(TbsView tbs) {
        Map<String, String> wrong = new TreeMap<>();
        for (TbsView.Part part : tbs.extensions()) {
            if (part.criticalWritten() && !part.critical()) {
                wrong.put(part.type().getId(), "the default is written");
            }
            Optional<Boolean> due = CRITICALITY.getOrDefault(part.type(), Optional.empty());
            if (due.isPresent() && due.get() != part.critical()) {
                wrong.put(part.type().getId(), due.get() ? "must be critical" : "must not be critical");
            }
        }
        return wrong.isEmpty() ? Optional.empty() : Optional.of(wrong.toString());
    }
}
