package ai.scailabs.vault.pki.validation;

import java.io.IOException;
import java.math.BigInteger;
import java.security.PublicKey;
import java.text.ParseException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.CertificateList;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.TBSCertList;
import org.jspecify.annotations.Nullable;

/** A CRL of anybody, read once; its entries are looked through when they are asked about. */
public final class RevocationList {
    /** As many as a list of some ten megabytes has. */
    private static final int MAX_ELEMENTS = 2_000_000;

    private static final int OCTETS_OF_AN_ENTRY = 32;

    private static final Set<ASN1ObjectIdentifier> KNOWN = Set.of(
            Extension.cRLNumber,
            Extension.deltaCRLIndicator,
            Extension.issuingDistributionPoint,
            Extension.authorityKeyIdentifier,
            Extension.issuerAlternativeName,
            Extension.freshestCRL);
    private static final Set<ASN1ObjectIdentifier> KNOWN_OF_ENTRIES =
            Set.of(Extension.reasonCode, Extension.invalidityDate, Extension.certificateIssuer);

    private final byte[] der;
    private final byte[] signedPart;
    private final byte[] signature;
    private final AlgorithmIdentifier algorithm;
    private final TBSCertList contents;
    private final DistinguishedName issuer;
    private final Instant thisUpdate;
    private final @Nullable Instant nextUpdate;
    private final @Nullable BigInteger number;
    private final @Nullable BigInteger base;
    private final @Nullable IssuingDistributionPoint scope;
    private final byte @Nullable [] keyIdentifier;
    private final boolean usable;

    private RevocationList(byte[] der) throws IOException, ParseException {
        DerShape.require(der, MAX_ELEMENTS);
        CertificateList list = CertificateList.getInstance(ASN1Primitive.fromByteArray(der));
        this.der = der;
        this.signedPart = DerShape.signedPart(der);
        this.signature = PathCertificate.octets(list.getSignature());
        this.algorithm = list.getSignatureAlgorithm();
        this.contents = list.getTBSCertList();
        this.issuer = DistinguishedName.of(contents.getIssuer());
        this.thisUpdate = PathCertificate.instant(contents.getThisUpdate());
        this.nextUpdate = contents.getNextUpdate() == null ? null : PathCertificate.instant(contents.getNextUpdate());
        this.number = number(Extension.cRLNumber);
        this.base = number(Extension.deltaCRLIndicator);
        ASN1Primitive point = value(Extension.issuingDistributionPoint);
        this.scope = point == null ? null : IssuingDistributionPoint.getInstance(point);
        ASN1Primitive authority = value(Extension.authorityKeyIdentifier);
        this.keyIdentifier = authority == null
                ? null
                : AuthorityKeyIdentifier.getInstance(authority).getKeyIdentifierOctets();
        this.usable = algorithm.equals(contents.getSignature()) && !hasUnknownCritical(contents.getExtensions(), KNOWN);
    }

    /** @return empty for bytes that are no CRL */
    public static Optional<RevocationList> read(byte[] der) {
        try {
            return Optional.of(new RevocationList(der.clone()));
        } catch (IOException | ParseException | RuntimeException unreadable) {
            return Optional.empty();
        }
    }

    private @Nullable BigInteger number(ASN1ObjectIdentifier oid) throws IOException {
        ASN1Primitive value = value(oid);
        return value == null ? null : ASN1Integer.getInstance(value).getValue();
    }

    private @Nullable ASN1Primitive value(ASN1ObjectIdentifier oid) throws IOException {
        Extension extension = contents.getExtensions() == null
                ? null
                : contents.getExtensions().getExtension(oid);
        return extension == null
                ? null
                : ASN1Primitive.fromByteArray(extension.getExtnValue().getOctets());
    }

    private static boolean hasUnknownCritical(@Nullable Extensions extensions, Set<ASN1ObjectIdentifier> known) {
        return extensions != null
                && Arrays.stream(extensions.getCriticalExtensionOIDs()).anyMatch(oid -> !known.contains(oid));
    }

    /**
     * What the list says of a number.
     *
     * @param certificateIssuer whose number it is; entries of an indirect list name other issuers
     * @throws UnusableException for entries that cannot be understood: then the list says nothing about anybody (RFC 5280 §5.3)
     */
    Optional<Entry> find(BigInteger serial, DistinguishedName certificateIssuer) throws UnusableException {
        DistinguishedName current = issuer;
        Entry found = null;
        try {
            Enumeration<?> entries = contents.getRevokedCertificateEnumeration();
            while (entries.hasMoreElements()) {
                TBSCertList.CRLEntry entry = (TBSCertList.CRLEntry) entries.nextElement();
                Extensions extensions = entry.hasExtensions() ? entry.getExtensions() : null;
                if (hasUnknownCritical(extensions, KNOWN_OF_ENTRIES)) {
                    throw new UnusableException("an entry with a critical extension that is not known");
                }
                if (extensions != null && extensions.getExtension(Extension.certificateIssuer) != null) {
                    current = issuerOf(extensions);
                }
                if (entry.getUserCertificate().getValue().equals(serial) && current.equals(certificateIssuer)) {
                    found = new Entry(PathCertificate.instant(entry.getRevocationDate()), reason(extensions));
                }
            }
        } catch (ParseException | IOException | RuntimeException unreadable) {
            throw new UnusableException("entries that cannot be read");
        }
        return Optional.ofNullable(found);
    }

    private static DistinguishedName issuerOf(Extensions extensions) {
        for (GeneralName name : GeneralNames.fromExtensions(extensions, Extension.certificateIssuer)
                .getNames()) {
            if (name.getTagNo() == GeneralName.directoryName) {
                return DistinguishedName.of(X500Name.getInstance(name.getName()));
            }
        }
        throw new IllegalArgumentException("an issuer without a name");
    }

    private static int reason(@Nullable Extensions extensions) throws IOException {
        Extension reason = extensions == null ? null : extensions.getExtension(Extension.reasonCode);
        return reason == null
                ? CRLReason.unspecified
                : ASN1Enumerated.getInstance(ASN1Primitive.fromByteArray(
                                reason.getExtnValue().getOctets()))
                        .intValueExact();
    }

    /**
     * The numbers that it lists.
     *
     * @return empty when an entry cannot be understood, or is of another issuer
     */
    public Optional<Set<BigInteger>> numbers() {
        Set<BigInteger> numbers = new HashSet<>();
        try {
            Enumeration<?> entries = contents.getRevokedCertificateEnumeration();
            while (entries.hasMoreElements()) {
                TBSCertList.CRLEntry entry = (TBSCertList.CRLEntry) entries.nextElement();
                Extensions extensions = entry.hasExtensions() ? entry.getExtensions() : null;
                if (hasUnknownCritical(extensions, KNOWN_OF_ENTRIES)
                        || extensions != null && extensions.getExtension(Extension.certificateIssuer) != null) {
                    return Optional.empty();
                }
                numbers.add(entry.getUserCertificate().getValue());
            }
        } catch (RuntimeException unreadable) {
            return Optional.empty();
        }
        return Optional.of(numbers);
    }

    /** Whether it tells of everything that its issuer revoked, and all of the list itself is understood. */
    public boolean isWhole() {
        return usable && base == null && scope == null;
    }

    public boolean isSignedBy(PathCertificate signer) {
        PublicKey verifier = signer.key().key();
        return issuer.equals(signer.subject())
                && verifier != null
                && SignatureAlgorithms.problem(algorithm) == null
                && SignatureAlgorithms.verify(algorithm, verifier, signedPart, signature);
    }

    /** Null when it has none. */
    public @Nullable BigInteger number() {
        return number;
    }

    public Instant thisUpdate() {
        return thisUpdate;
    }

    /** Null when it does not say. */
    public @Nullable Instant nextUpdate() {
        return nextUpdate;
    }

    public byte[] der() {
        return der.clone();
    }

    /** One that does not say when the next comes may be of any age: it is not current. */
    boolean isCurrentAt(Instant at) {
        return !thisUpdate.isAfter(at) && nextUpdate != null && !nextUpdate.isBefore(at);
    }

    /** About how many entries it has: what looking through it costs. */
    int size() {
        return signedPart.length / OCTETS_OF_AN_ENTRY;
    }

    boolean isDelta() {
        return base != null;
    }

    /** Whether this list, a delta, brings the complete one up to date (RFC 5280 §5.2.4, §6.3.3 (c)). */
    boolean updates(RevocationList complete) {
        return base != null
                && number != null
                && complete.number != null
                && issuer.equals(complete.issuer)
                && Objects.equals(scope, complete.scope)
                && Arrays.equals(keyIdentifier, complete.keyIdentifier)
                && base.compareTo(complete.number) <= 0
                && number.compareTo(complete.number) > 0;
    }

    /** Whether all of the list itself is understood. */
    boolean isUsable() {
        return usable;
    }

    byte[] signedPart() {
        return signedPart;
    }

    byte[] signature() {
        return signature;
    }

    AlgorithmIdentifier algorithm() {
        return algorithm;
    }

    DistinguishedName issuer() {
        return issuer;
    }

    @Nullable
    IssuingDistributionPoint scope() {
        return scope;
    }

    byte @Nullable [] keyIdentifier() {
        return keyIdentifier;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RevocationList that && Arrays.equals(der, that.der);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(signature);
    }

    @Override
    public String toString() {
        return "RevocationList[" + contents.getIssuer() + "]";
    }

    /** @param reason as RFC 5280 §5.3.1 numbers them */
    record Entry(Instant revokedAt, int reason) {
        boolean isRemoved() {
            return reason == CRLReason.removeFromCRL;
        }
    }

    /** The list cannot be relied on for any certificate. */
    static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1;

        private UnusableException(String message) {
            super(message, null, false, false);
        }
    }
}
