package ai.scailabs.vault.pki.x509;

import static ai.scailabs.vault.kernel.error.ErrorCode.INTERNAL_ERROR;
import static ai.scailabs.vault.kernel.error.ErrorCode.VALIDATION_ERROR;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;

/** Who may be an authority, and how its bounds are written (RFC 5280 §4.2.1.9, §4.2.1.10). */
final class AuthorityRules {
    private static final int EMAIL = 1;
    private static final int DNS = 2;
    private static final int DIRECTORY_NAME = 4;
    private static final int URI = 6;
    private static final int IP = 7;

    static final List<LintRule> ALL = List.of(
            LintRule.that(
                    "RFC 5280 §4.2.1.3",
                    "issuer_may_certify",
                    VALIDATION_ERROR,
                    (_, issuer) -> issuer.mayCertify(),
                    "an issuer without keyCertSign"),
            new LintRule("RFC 5280 §4.2.1.9", "basic_constraints_form", INTERNAL_ERROR, (tbs, _) -> basicForm(tbs)),
            new LintRule("RFC 5280 §4.2.1.9", "path_length", VALIDATION_ERROR, AuthorityRules::pathLength),
            LintRule.that(
                    "RFC 5280 §4.2.1.10",
                    "constraints_in_authorities",
                    INTERNAL_ERROR,
                    (tbs, _) -> tbs.isAuthority() || !tbs.has(Extension.nameConstraints),
                    "in a leaf"),
            new LintRule("RFC 5280 §4.2.1.10", "constraints_form", VALIDATION_ERROR, (tbs, _) -> constraintsForm(tbs)));

    private AuthorityRules() {}

    /** Critical and TRUE in authorities; in leaves an empty sequence or nothing, as DER leaves the default out. */
    private static Optional<String> basicForm(TbsView tbs) {
        Optional<TbsView.Part> part = tbs.extension(Extension.basicConstraints);
        if (part.isEmpty()) {
            return tbs.mayUse(KeyUsage.keyCertSign)
                    ? Optional.of("missing where certificates are signed")
                    : Optional.empty();
        }
        if (tbs.isAuthority()) {
            return part.get().critical() ? Optional.empty() : Optional.of("not critical in an authority");
        }
        if (part.get().critical()) {
            return Optional.of("critical in a leaf");
        }
        return Arrays.equals(part.get().value(), new byte[] {0x30, 0})
                ? Optional.empty()
                : Optional.of("the default is written, or a path length without an authority");
    }

    /** Smaller with each authority, and said wherever one above said it; one that is issued to the issuer's own name does not count. */
    private static Optional<String> pathLength(TbsView tbs, IssuerView issuer) {
        if (!tbs.isAuthority()) {
            return Optional.empty();
        }
        ASN1Integer written = BasicConstraints.getInstance(
                        tbs.extension(Extension.basicConstraints).orElseThrow().content())
                .getPathLenConstraintInteger();
        if (written != null
                && (written.getValue().signum() < 0 || written.getValue().bitLength() > 16)) {
            return Optional.of("negative or absurd");
        }
        OptionalInt above = issuer.pathLength();
        if (above.isEmpty()) {
            return Optional.empty();
        }
        boolean selfIssued =
                Arrays.equals(TbsView.der(tbs.subject()), issuer.subject().encoded());
        int most = selfIssued ? above.getAsInt() : above.getAsInt() - 1;
        if (most < 0) {
            return Optional.of("the issuer may have no authority below it");
        }
        return written != null && written.getValue().intValue() <= most
                ? Optional.empty()
                : Optional.of("more than " + most + ", which is left below the issuer");
    }

    private static Optional<String> constraintsForm(TbsView tbs) {
        Optional<TbsView.Part> part = tbs.extension(Extension.nameConstraints);
        if (part.isEmpty()) {
            return Optional.empty();
        }
        ASN1Sequence lists = ASN1Sequence.getInstance(part.get().content());
        if (lists.size() == 0) {
            return Optional.of("empty");
        }
        for (ASN1Encodable each : lists) {
            ASN1Sequence subtrees = ASN1Sequence.getInstance(ASN1TaggedObject.getInstance(each), false);
            if (subtrees.size() == 0) {
                return Optional.of("an empty list");
            }
            for (ASN1Encodable subtree : subtrees) {
                ASN1Sequence fields = ASN1Sequence.getInstance(subtree);
                if (fields.size() != 1) {
                    return Optional.of("a minimum or maximum is written");
                }
                Optional<String> wrong = baseForm(ASN1TaggedObject.getInstance(fields.getObjectAt(0)));
                if (wrong.isPresent()) {
                    return wrong;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> baseForm(ASN1TaggedObject base) {
        return switch (base.getTagNo()) {
            case DNS -> text(base).startsWith(".") ? Optional.of("a DNS domain with a leading dot") : Optional.empty();
            case URI ->
                text(base).matches("\\.?[a-z0-9_.-]+") ? Optional.empty() : Optional.of("a URI that is not a host");
            case EMAIL -> text(base).isEmpty() ? Optional.of("an empty mailbox") : Optional.empty();
            case IP ->
                isAddressAndMask(ASN1OctetString.getInstance(base, false).getOctets())
                        ? Optional.empty()
                        : Optional.of("an address without a mask of its own length");
            case DIRECTORY_NAME -> Optional.empty();
            default -> Optional.of("a kind of name that is not constrained here");
        };
    }

    private static String text(ASN1TaggedObject base) {
        return ASN1IA5String.getInstance(base, false).getString();
    }

    /** 8 or 32 octets; the mask is ones and then zeros, and nothing of the address lies behind it. */
    private static boolean isAddressAndMask(byte[] octets) {
        if (octets.length != 8 && octets.length != 32) {
            return false;
        }
        int half = octets.length / 2;
        boolean ended = false;
        for (int bit = 0; bit < half * 8; bit++) {
            boolean inMask = (octets[half + bit / 8] >> 7 - bit % 8 & 1) != 0;
            boolean inAddress = (octets[bit / 8] >> 7 - bit % 8 & 1) != 0;
            if (inMask && ended || inAddress && !inMask) {
                return false;
            }
            ended |= !inMask;
        }
        return true;
    }
}
