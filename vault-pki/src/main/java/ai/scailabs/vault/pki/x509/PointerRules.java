package ai.scailabs.vault.pki.x509;

import static ai.scailabs.vault.kernel.error.ErrorCode.INTERNAL_ERROR;
import static ai.scailabs.vault.kernel.error.ErrorCode.VALIDATION_ERROR;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.Extension;

/** Where a certificate points to, and what it says of revocation and policies (RFC 5280 §4.2.1.4, §4.2.1.13, §4.2.2.1, RFC 9608, RFC 6960). */
final class PointerRules {
    private static final int URI = 6;
    private static final int FULL_NAME = 0;

    static final List<LintRule> ALL = List.of(
            new LintRule("RFC 5280 §4.2.1.13", "crl_distribution_points", VALIDATION_ERROR, (tbs, _) -> crl(tbs)),
            new LintRule(
                    "RFC 5280 §4.2.2.1", "authority_information_access", VALIDATION_ERROR, (tbs, _) -> access(tbs)),
            new LintRule("RFC 9608 §4", "no_revocation", VALIDATION_ERROR, (tbs, _) -> noRevocation(tbs)),
            new LintRule("RFC 6960 §4.2.2.2.1", "ocsp_nocheck", INTERNAL_ERROR, (tbs, _) -> noCheck(tbs)),
            new LintRule("RFC 5280 §4.2.1.4", "certificate_policies", VALIDATION_ERROR, (tbs, _) -> policies(tbs)));

    private PointerRules() {}

    private static Optional<String> crl(TbsView tbs) {
        Optional<TbsView.Part> part = tbs.extension(Extension.cRLDistributionPoints);
        if (part.isEmpty()) {
            return Optional.empty();
        }
        ASN1Sequence points = ASN1Sequence.getInstance(part.get().content());
        if (points.size() == 0) {
            return Optional.of("empty");
        }
        for (ASN1Encodable point : points) {
            ASN1Sequence fields = ASN1Sequence.getInstance(point);
            if (fields.size() != 1) {
                return Optional.of("reasons or another issuer, or no name");
            }
            ASN1TaggedObject name = ASN1TaggedObject.getInstance(fields.getObjectAt(0));
            ASN1TaggedObject full = name.getTagNo() == 0 ? ASN1TaggedObject.getInstance(name, true) : name;
            if (full.getTagNo() != FULL_NAME) {
                return Optional.of("a name relative to the issuer");
            }
            Optional<String> wrong = urls(ASN1Sequence.getInstance(full, false));
            if (wrong.isPresent()) {
                return wrong;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> urls(ASN1Sequence names) {
        if (names.size() == 0) {
            return Optional.of("no URL");
        }
        for (ASN1Encodable name : names) {
            Optional<String> wrong = url(ASN1TaggedObject.getInstance(name));
            if (wrong.isPresent()) {
                return wrong;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> url(ASN1TaggedObject name) {
        if (name.getTagNo() != URI) {
            return Optional.of("not a URL");
        }
        String url = ASN1IA5String.getInstance(name, false).getString();
        NameSyntax.requireUri(url);
        return url.startsWith("http://") ? Optional.empty() : Optional.of("not http: " + url);
    }

    private static Optional<String> access(TbsView tbs) {
        Optional<TbsView.Part> part = tbs.extension(Extension.authorityInfoAccess);
        if (part.isEmpty()) {
            return Optional.empty();
        }
        ASN1Sequence descriptions = ASN1Sequence.getInstance(part.get().content());
        if (descriptions.size() == 0) {
            return Optional.of("empty");
        }
        for (ASN1Encodable each : descriptions) {
            ASN1Sequence description = ASN1Sequence.getInstance(each);
            ASN1ObjectIdentifier method = ASN1ObjectIdentifier.getInstance(description.getObjectAt(0));
            if (!method.equals(AccessDescription.id_ad_ocsp) && !method.equals(AccessDescription.id_ad_caIssuers)) {
                return Optional.of("method " + method.getId());
            }
            Optional<String> wrong = url(ASN1TaggedObject.getInstance(description.getObjectAt(1)));
            if (wrong.isPresent()) {
                return wrong;
            }
        }
        return Optional.empty();
    }

    /** Who says that nothing will ever tell of a revocation does not say where to ask for it. */
    private static Optional<String> noRevocation(TbsView tbs) {
        Optional<TbsView.Part> part = tbs.extension(Extension.noRevAvail);
        if (part.isEmpty()) {
            return Optional.empty();
        }
        if (!DERNull.INSTANCE.equals(part.get().content())) {
            return Optional.of("not NULL");
        }
        if (tbs.isAuthority()) {
            return Optional.of("in an authority");
        }
        if (tbs.has(Extension.cRLDistributionPoints) || tbs.has(Extension.freshestCRL)) {
            return Optional.of("beside a CRL");
        }
        return pointsToOcsp(tbs) ? Optional.of("beside OCSP") : Optional.empty();
    }

    private static boolean pointsToOcsp(TbsView tbs) {
        Optional<TbsView.Part> part = tbs.extension(Extension.authorityInfoAccess);
        if (part.isEmpty()) {
            return false;
        }
        for (ASN1Encodable each : ASN1Sequence.getInstance(part.get().content())) {
            if (AccessDescription.id_ad_ocsp.equals(
                    ASN1Sequence.getInstance(each).getObjectAt(0))) {
                return true;
            }
        }
        return false;
    }

    private static Optional<String> noCheck(TbsView tbs) {
        Optional<TbsView.Part> part = tbs.extension(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck);
        boolean responder = tbs.isResponder() && !tbs.isAuthority();
        if (part.isPresent() != responder) {
            return Optional.of(responder ? "a responder without it" : "in what is no responder");
        }
        return part.isPresent() && !DERNull.INSTANCE.equals(part.get().content())
                ? Optional.of("not NULL")
                : Optional.empty();
    }

    private static Optional<String> policies(TbsView tbs) {
        Optional<TbsView.Part> part = tbs.extension(Extension.certificatePolicies);
        if (part.isEmpty()) {
            return Optional.empty();
        }
        ASN1Sequence policies = ASN1Sequence.getInstance(part.get().content());
        if (policies.size() == 0) {
            return Optional.of("empty");
        }
        Set<ASN1ObjectIdentifier> seen = new HashSet<>();
        for (ASN1Encodable each : policies) {
            ASN1ObjectIdentifier policy = ASN1ObjectIdentifier.getInstance(
                    ASN1Sequence.getInstance(each).getObjectAt(0));
            if (!seen.add(policy)) {
                return Optional.of(policy.getId() + " twice");
            }
        }
        return Optional.empty();
    }
}
