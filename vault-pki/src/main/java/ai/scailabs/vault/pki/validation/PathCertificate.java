package ai.scailabs.vault.pki.validation;

import ai.scailabs.vault.pki.x509.Fingerprint;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.PublicKey;
import java.text.ParseException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.jspecify.annotations.Nullable;

/** A certificate of anybody, read once. Two are equal when they are the same bytes. */
public final class PathCertificate {
    /** Of one certificate; the largest that are used have some tens of kilobytes. */
    public static final int MAX_BYTES = 256 * 1024;

    private static final int MAX_ELEMENTS = 50_000;

    private static final HexFormat OCTETS = HexFormat.ofDelimiter(":").withUpperCase();

    private final byte[] der;
    private final byte[] signedPart;
    private final byte[] signature;
    private final AlgorithmIdentifier algorithm;
    private final TBSCertificate contents;
    private final DistinguishedName subject;
    private final DistinguishedName issuer;
    private final SubjectPublicKeyInfo keyInfo;
    private final byte[] keyOctets;
    private final Instant notBefore;
    private final Instant notAfter;
    private final PathExtensions extensions;
    /** Looked at when it is first needed: most anchors of a tenant have nothing to do with a question. */
    private @Nullable PublicKeyCheck key;

    private final int hash;

    private PathCertificate(byte[] der) throws IOException, ParseException {
        DerShape.require(der, MAX_ELEMENTS);
        Certificate certificate = Certificate.getInstance(ASN1Primitive.fromByteArray(der));
        this.der = der;
        this.signedPart = DerShape.signedPart(der);
        this.signature = octets(certificate.getSignature());
        this.algorithm = certificate.getSignatureAlgorithm();
        this.contents = certificate.getTBSCertificate();
        this.subject = DistinguishedName.of(contents.getSubject());
        this.issuer = DistinguishedName.of(contents.getIssuer());
        this.keyInfo = contents.getSubjectPublicKeyInfo();
        this.keyOctets = keyInfo.getEncoded(ASN1Encoding.DER);
        this.notBefore = instant(contents.getStartDate());
        this.notAfter = instant(contents.getEndDate());
        this.extensions = PathExtensions.of(contents.getExtensions());
        this.hash = Arrays.hashCode(der);
    }

    /** @return empty for bytes that are no certificate, or one that is larger or nested deeper than any that is used */
    public static Optional<PathCertificate> read(byte[] der) {
        if (der.length > MAX_BYTES) {
            return Optional.empty();
        }
        try {
            return Optional.of(new PathCertificate(der.clone()));
        } catch (IOException | ParseException | RuntimeException unreadable) {
            // The library has no one exception for what it cannot read.
            return Optional.empty();
        }
    }

    /** Of what is not whole octets nothing is left: no signature is like that. */
    static byte[] octets(ASN1BitString bits) {
        return bits.getPadBits() == 0 ? bits.getOctets() : new byte[0];
    }

    static Instant instant(Time time) throws ParseException {
        return time.toASN1Primitive() instanceof ASN1UTCTime utc
                ? utc.getAdjustedDate().toInstant()
                : ASN1GeneralizedTime.getInstance(time.toASN1Primitive())
                        .getDate()
                        .toInstant();
    }

    /** A copy. */
    public byte[] der() {
        return der.clone();
    }

    public Instant notBefore() {
        return notBefore;
    }

    /** Inclusive. */
    public Instant notAfter() {
        return notAfter;
    }

    /** As people read it (RFC 4514). */
    public String subjectText() {
        return contents.getSubject().toString();
    }

    public String issuerText() {
        return contents.getIssuer().toString();
    }

    /** Octets as two digits each, joined by colons; with a sign where somebody made it negative. */
    public String serialText() {
        String octets = OCTETS.formatHex(unsigned(serial().abs()));
        return serial().signum() < 0 ? "-" + octets : octets;
    }

    private static byte[] unsigned(BigInteger number) {
        byte[] octets = number.toByteArray();
        return octets.length > 1 && octets[0] == 0 ? Arrays.copyOfRange(octets, 1, octets.length) : octets;
    }

    /** SHA-256 over the certificate. */
    public byte[] fingerprint() {
        return Fingerprint.sha256(der);
    }

    /** Whether it is marked as an authority's. */
    public boolean isAuthority() {
        return extensions.isAuthority();
    }

    public BigInteger serial() {
        return contents.getSerialNumber().getValue();
    }

    /** What it calls its own key; empty where it does not. */
    public Optional<byte[]> keyIdentifier() {
        byte[] identifier = extensions.subjectKeyIdentifier();
        return identifier == null ? Optional.empty() : Optional.of(identifier.clone());
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

    TBSCertificate contents() {
        return contents;
    }

    DistinguishedName subject() {
        return subject;
    }

    DistinguishedName issuer() {
        return issuer;
    }

    PathExtensions extensions() {
        return extensions;
    }

    PublicKeyCheck key() {
        PublicKeyCheck known = key;
        if (known == null) {
            known = PublicKeyCheck.of(keyInfo);
            key = known;
        }
        return known;
    }

    /** Of the same name, whoever signed it: an authority's own certificate for another key, or of a root. */
    public boolean isSelfIssued() {
        return subject.equals(issuer);
    }

    /** Whether its path length is below that number of authorities. */
    public boolean allowsFewerBelowThan(int authorities) {
        Integer pathLength = extensions.pathLength();
        return pathLength != null && pathLength < authorities;
    }

    public boolean hasSameKey(PathCertificate other) {
        return Arrays.equals(keyOctets, other.keyOctets);
    }

    /** @param keyInfo DER of a SubjectPublicKeyInfo */
    public boolean isFor(byte[] keyInfo) {
        return Arrays.equals(keyOctets, keyInfo);
    }

    /** @param name DER; names are the same as verifiers compare them, whatever string types they are written in */
    public boolean isNamed(byte[] name) {
        return subject.equals(DistinguishedName.of(X500Name.getInstance(name)));
    }

    /** What it calls its issuer's key; empty where it does not. */
    public Optional<byte[]> issuerKeyIdentifier() {
        byte[] identifier = extensions.authorityKeyIdentifier();
        return identifier == null ? Optional.empty() : Optional.of(identifier.clone());
    }

    /** Whether the key that it says signed it is its own, as far as it says so. */
    public boolean namesItsOwnKey() {
        byte[] issuers = extensions.authorityKeyIdentifier();
        byte[] own = extensions.subjectKeyIdentifier();
        return issuers == null || own == null || Arrays.equals(issuers, own);
    }

    /** Whether it names that one as its issuer, and its signature is by that key and says something. Costs a verification. */
    public boolean isIssuedBy(PathCertificate other) {
        PublicKey verifier = other.key().key();
        return issuer.equals(other.subject)
                && verifier != null
                && SignatureAlgorithms.problem(algorithm) == null
                && SignatureAlgorithms.verify(algorithm, verifier, signedPart, signature);
    }

    /** The key as it stands in the certificate; to compare by. */
    ByteBuffer keyOctets() {
        return ByteBuffer.wrap(keyOctets).asReadOnlyBuffer();
    }

    /** Another certificate for the same. */
    public boolean isSameEntity(PathCertificate other) {
        return subject.equals(other.subject) && hasSameKey(other);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PathCertificate that && Arrays.equals(der, that.der);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return "PathCertificate[" + subjectText() + "]";
    }
}
