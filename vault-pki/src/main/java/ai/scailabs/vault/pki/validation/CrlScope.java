package ai.scailabs.vault.pki.validation;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.ReasonFlags;
import org.jspecify.annotations.Nullable;

/** Which lists speak of a certificate, and of which reasons (RFC 5280 §6.3.3 (b), (d), (e)). */
final class CrlScope {
    /** Bits 1 to 8 of ReasonFlags, as an integer whose lowest byte is the first octet. */
    static final int ALL_REASONS = 0x807f;

    private final PathCertificate certificate;

    CrlScope(PathCertificate certificate) {
        this.certificate = certificate;
    }

    /** @param point of the certificate; null for a list that its issuer gives out, wherever it lies */
    boolean covers(@Nullable DistributionPoint point, RevocationList list) {
        IssuingDistributionPoint scope = list.scope();
        GeneralNames crlIssuer = point == null ? null : point.getCRLIssuer();
        boolean byIssuer = crlIssuer == null
                ? list.issuer().equals(certificate.issuer())
                : scope != null
                        && scope.isIndirectCRL()
                        && directories(crlIssuer).contains(list.issuer());
        if (!byIssuer) {
            return false;
        }
        return scope == null
                || !scope.onlyContainsAttributeCerts()
                        && !(scope.onlyContainsUserCerts() && certificate.isAuthority())
                        && !(scope.onlyContainsCACerts() && !certificate.isAuthority())
                        && (scope.getDistributionPoint() == null
                                || isNamed(point, crlIssuer, scope.getDistributionPoint(), list));
    }

    private boolean isNamed(
            @Nullable DistributionPoint point,
            @Nullable GeneralNames crlIssuer,
            DistributionPointName scope,
            RevocationList list) {
        Set<Object> offered = names(scope, list.issuer());
        Set<Object> wanted = new HashSet<>();
        if (point != null && point.getDistributionPoint() != null) {
            List<DistinguishedName> issuers = crlIssuer == null ? List.of() : directories(crlIssuer);
            DistinguishedName base = issuers.isEmpty() ? certificate.issuer() : issuers.getFirst();
            wanted.addAll(names(point.getDistributionPoint(), base));
        } else if (crlIssuer != null) {
            wanted.addAll(directories(crlIssuer));
        } else {
            wanted.add(certificate.issuer());
        }
        wanted.retainAll(offered);
        return !wanted.isEmpty();
    }

    static int reasons(@Nullable DistributionPoint point, RevocationList list) {
        int ofPoint = point == null ? ALL_REASONS : bits(point.getReasons());
        IssuingDistributionPoint scope = list.scope();
        return ofPoint & (scope == null ? ALL_REASONS : bits(scope.getOnlySomeReasons()));
    }

    private static int bits(@Nullable ReasonFlags reasons) {
        return reasons == null ? ALL_REASONS : reasons.intValue() & ALL_REASONS;
    }

    private static Set<Object> names(DistributionPointName name, DistinguishedName base) {
        if (name.getType() == DistributionPointName.NAME_RELATIVE_TO_CRL_ISSUER) {
            return Set.of(base.with(RDN.getInstance(ASN1Set.getInstance(name.getName()))));
        }
        Set<Object> names = new HashSet<>();
        for (GeneralName each : GeneralNames.getInstance(name.getName()).getNames()) {
            names.add(
                    each.getTagNo() == GeneralName.directoryName
                            ? DistinguishedName.of(X500Name.getInstance(each.getName()))
                            : each);
        }
        return names;
    }

    private static List<DistinguishedName> directories(GeneralNames names) {
        return List.of(names.getNames()).stream()
                .filter(each -> each.getTagNo() == GeneralName.directoryName)
                .map(each -> DistinguishedName.of(X500Name.getInstance(each.getName())))
                .toList();
    }
}
