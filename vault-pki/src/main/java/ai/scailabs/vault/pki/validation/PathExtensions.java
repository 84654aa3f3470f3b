package ai.scailabs.vault.pki.validation;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PolicyConstraints;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.jspecify.annotations.Nullable;

/** What the extensions of a certificate say. One that is there and cannot be read is as if it were not, and is told of: nothing may be concluded from a path with such a one. */
final class PathExtensions {
    static final BigInteger MAX_NUMBER = BigInteger.valueOf(Integer.MAX_VALUE / 2);

    /** Those that are processed, or that ask nothing of who validates. */
    private static final Set<ASN1ObjectIdentifier> KNOWN = Set.of(
            Extension.basicConstraints,
            Extension.keyUsage,
            Extension.extendedKeyUsage,
            Extension.subjectAlternativeName,
            Extension.issuerAlternativeName,
            Extension.nameConstraints,
            Extension.certificatePolicies,
            Extension.policyMappings,
            Extension.policyConstraints,
            Extension.inhibitAnyPolicy,
            Extension.cRLDistributionPoints,
            Extension.freshestCRL,
            Extension.authorityKeyIdentifier,
            Extension.subjectKeyIdentifier);

    private static final int MAX_ELEMENTS = 50_000;

    private final Map<ASN1ObjectIdentifier, Extension> all = new LinkedHashMap<>();
    private final List<String> malformed = new ArrayList<>();
    private final List<String> unknownCritical = new ArrayList<>();

    private final @Nullable BasicConstraints basicConstraints;
    private final @Nullable KeyUsage keyUsage;
    private final @Nullable Set<String> extendedKeyUsage;
    private final List<GeneralName> alternativeNames;
    private final @Nullable NameConstraints nameConstraints;
    private final @Nullable List<String> policies;
    private final List<Mapping> mappings;
    private final @Nullable PolicyConstraints policyConstraints;
    private final @Nullable Integer inhibitAny;
    private final List<DistributionPoint> distributionPoints;
    private final byte @Nullable [] subjectKeyIdentifier;
    private final byte @Nullable [] authorityKeyIdentifier;

    private PathExtensions(@Nullable Extensions extensions) {
        if (extensions != null) {
            for (ASN1ObjectIdentifier oid : extensions.getExtensionOIDs()) {
                Extension extension = extensions.getExtension(oid);
                all.put(oid, extension);
                if (extension.isCritical() && !KNOWN.contains(oid)) {
                    unknownCritical.add(oid.getId());
                }
            }
        }
        basicConstraints = read(Extension.basicConstraints, BasicConstraints::getInstance);
        keyUsage = read(Extension.keyUsage, KeyUsage::getInstance);
        extendedKeyUsage = read(Extension.extendedKeyUsage, PathExtensions::usages);
        List<GeneralName> names = read(Extension.subjectAlternativeName, PathExtensions::names);
        alternativeNames = names == null ? List.of() : names;
        nameConstraints = read(Extension.nameConstraints, NameConstraints::getInstance);
        policies = read(Extension.certificatePolicies, PathExtensions::policies);
        List<Mapping> mapped = read(Extension.policyMappings, PathExtensions::mappings);
        mappings = mapped == null ? List.of() : mapped;
        policyConstraints = read(Extension.policyConstraints, PolicyConstraints::getInstance);
        inhibitAny = read(
                Extension.inhibitAnyPolicy,
                value -> number(ASN1Integer.getInstance(value).getValue()));
        CRLDistPoint points = read(Extension.cRLDistributionPoints, CRLDistPoint::getInstance);
        distributionPoints = points == null ? List.of() : List.of(points.getDistributionPoints());
        subjectKeyIdentifier = read(
                Extension.subjectKeyIdentifier,
                value -> ASN1OctetString.getInstance(value).getOctets());
        AuthorityKeyIdentifier authority = read(Extension.authorityKeyIdentifier, AuthorityKeyIdentifier::getInstance);
        authorityKeyIdentifier = authority == null ? null : authority.getKeyIdentifierOctets();
    }

    static PathExtensions of(@Nullable Extensions extensions) {
        return new PathExtensions(extensions);
    }

    private <T> @Nullable T read(ASN1ObjectIdentifier oid, Function<ASN1Primitive, T> reader) {
        Extension extension = all.get(oid);
        if (extension == null) {
            return null;
        }
        try {
            byte[] value = extension.getExtnValue().getOctets();
            DerShape.require(value, MAX_ELEMENTS);
            return reader.apply(ASN1Primitive.fromByteArray(value));
        } catch (IOException | RuntimeException unreadable) {
            malformed.add(oid.getId());
            return null;
        }
    }

    private static Set<String> usages(ASN1Primitive value) {
        Set<String> usages = new LinkedHashSet<>();
        for (KeyPurposeId purpose : ExtendedKeyUsage.getInstance(value).getUsages()) {
            usages.add(purpose.getId());
        }
        return usages;
    }

    private static List<GeneralName> names(ASN1Primitive value) {
        return List.of(GeneralNames.getInstance(value).getNames());
    }

    private static List<String> policies(ASN1Primitive value) {
        List<String> policies = new ArrayList<>();
        for (PolicyInformation policy : CertificatePolicies.getInstance(value).getPolicyInformation()) {
            policies.add(policy.getPolicyIdentifier().getId());
        }
        return policies;
    }

    private static List<Mapping> mappings(ASN1Primitive value) {
        List<Mapping> mappings = new ArrayList<>();
        for (ASN1Encodable each : ASN1Sequence.getInstance(value)) {
            ASN1Sequence pair = ASN1Sequence.getInstance(each);
            mappings.add(new Mapping(
                    ASN1ObjectIdentifier.getInstance(pair.getObjectAt(0)).getId(),
                    ASN1ObjectIdentifier.getInstance(pair.getObjectAt(1)).getId()));
        }
        return mappings;
    }

    /** Larger than any path is as good as infinite. */
    static int number(BigInteger value) {
        if (value.signum() < 0) {
            throw new IllegalArgumentException("a count below zero");
        }
        return value.min(MAX_NUMBER).intValue();
    }

    /** Whether it is there, readable or not. */
    boolean has(ASN1ObjectIdentifier oid) {
        return all.containsKey(oid);
    }

    boolean isCritical(ASN1ObjectIdentifier oid) {
        Extension extension = all.get(oid);
        return extension != null && extension.isCritical();
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    List<String> malformed() {
        return malformed;
    }

    List<String> unknownCritical() {
        return unknownCritical;
    }

    boolean isAuthority() {
        return basicConstraints != null && basicConstraints.isCA();
    }

    /** How many authorities may follow below; null for any number. */
    @Nullable
    Integer pathLength() {
        return basicConstraints == null || basicConstraints.getPathLenConstraintInteger() == null
                ? null
                : number(basicConstraints.getPathLenConstraintInteger().getValue());
    }

    @Nullable
    KeyUsage keyUsage() {
        return keyUsage;
    }

    /** Whether one of these bits is set, or nothing is said of usage at all. */
    boolean allows(int usages) {
        if (!has(Extension.keyUsage)) {
            return true;
        }
        if (keyUsage == null) {
            return false;
        }
        for (int bit = 1; bit <= usages; bit <<= 1) {
            if ((usages & bit) != 0 && keyUsage.hasUsages(bit)) {
                return true;
            }
        }
        return false;
    }

    /** Object identifiers; null where it does not say. */
    @Nullable
    Set<String> extendedKeyUsage() {
        return extendedKeyUsage;
    }

    List<GeneralName> alternativeNames() {
        return alternativeNames;
    }

    @Nullable
    NameConstraints nameConstraints() {
        return nameConstraints;
    }

    /** Null where there is no such extension. */
    @Nullable
    List<String> policies() {
        return policies;
    }

    List<Mapping> mappings() {
        return mappings;
    }

    @Nullable
    PolicyConstraints policyConstraints() {
        return policyConstraints;
    }

    @Nullable
    Integer inhibitAny() {
        return inhibitAny;
    }

    List<DistributionPoint> distributionPoints() {
        return distributionPoints;
    }

    byte @Nullable [] subjectKeyIdentifier() {
        return subjectKeyIdentifier;
    }

    byte @Nullable [] authorityKeyIdentifier() {
        return authorityKeyIdentifier;
    }

    /** Policies that an issuer takes for those of its subject. */
    record Mapping(String issuerPolicy, String subjectPolicy) {}
}
