package ai.scailabs.vault.pki.validation;

import ai.scailabs.vault.pki.x509.BrokenKey;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.jspecify.annotations.Nullable;

/**
 * A key of anybody, looked at before anything is computed with it: what is malformed, or so large that it would cost whoever verifies, is refused.
 *
 * @param problem why nothing is verified by it; null for a key that is sound
 * @param rsaBits 0 for other kinds
 */
record PublicKeyCheck(@Nullable PublicKey key, @Nullable PathProblem problem, String description, int rsaBits) {
    private static final int MAX_RSA_BITS = 8_192;
    private static final int MAX_EXPONENT_BITS = 64;
    private static final BigInteger THREE = BigInteger.valueOf(3);

    private static final Map<ASN1ObjectIdentifier, String> WITHOUT_PARAMETERS = Map.of(
            EdECObjectIdentifiers.id_Ed25519, "Ed25519",
            EdECObjectIdentifiers.id_Ed448, "Ed448",
            NISTObjectIdentifiers.id_ml_dsa_44, "ML-DSA",
            NISTObjectIdentifiers.id_ml_dsa_65, "ML-DSA",
            NISTObjectIdentifiers.id_ml_dsa_87, "ML-DSA");

    static PublicKeyCheck of(SubjectPublicKeyInfo info) {
        try {
            return read(info);
        } catch (IOException | GeneralSecurityException | RuntimeException malformed) {
            return refused(PathProblem.KEY_INVALID, "a public key that cannot be read");
        }
    }

    private static PublicKeyCheck read(SubjectPublicKeyInfo info) throws IOException, GeneralSecurityException {
        ASN1ObjectIdentifier algorithm = info.getAlgorithm().getAlgorithm();
        if (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)) {
            return rsa(info);
        }
        if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            return elliptic(info);
        }
        if (algorithm.equals(EdECObjectIdentifiers.id_Ed25519)
                && BrokenKey.isNoEd25519Point(info.getPublicKeyData().getOctets())) {
            return refused(PathProblem.KEY_INVALID, "no point of the group that keys of Ed25519 are of");
        }
        String factory = WITHOUT_PARAMETERS.get(algorithm);
        return factory == null
                ? refused(PathProblem.ALGORITHM_UNSUPPORTED, "a public key of kind " + algorithm.getId())
                : new PublicKeyCheck(decode(info, factory), null, factory, 0);
    }

    private static PublicKeyCheck rsa(SubjectPublicKeyInfo info) throws IOException, GeneralSecurityException {
        RSAPublicKey rsa = RSAPublicKey.getInstance(info.parsePublicKey());
        BigInteger modulus = rsa.getModulus();
        BigInteger exponent = rsa.getPublicExponent();
        if (modulus.signum() <= 0 || !modulus.testBit(0) || modulus.bitLength() > MAX_RSA_BITS) {
            return refused(
                    PathProblem.KEY_INVALID,
                    "an RSA modulus that is even, or of " + modulus.bitLength() + " bits: more than " + MAX_RSA_BITS
                            + " are not computed with");
        }
        if (exponent.compareTo(THREE) < 0 || !exponent.testBit(0) || exponent.bitLength() > MAX_EXPONENT_BITS) {
            return refused(
                    PathProblem.KEY_INVALID,
                    "an RSA exponent that is even, below 3 or longer than " + MAX_EXPONENT_BITS + " bits");
        }
        int bits = modulus.bitLength();
        if (bits < 512) {
            return new PublicKeyCheck(null, PathProblem.KEY_WEAK, "RSA of " + bits + " bits", bits);
        }
        Optional<String> broken = BrokenKey.modulus(modulus);
        if (broken.isPresent()) {
            return new PublicKeyCheck(null, PathProblem.KEY_WEAK, "RSA with " + broken.get(), bits);
        }
        return new PublicKeyCheck(decode(info, "RSA"), null, "RSA of " + bits + " bits", bits);
    }

    private static PublicKeyCheck elliptic(SubjectPublicKeyInfo info) throws IOException, GeneralSecurityException {
        ASN1Encodable curve = info.getAlgorithm().getParameters();
        Optional<ASN1ObjectIdentifier> named = Optional.ofNullable(curve)
                .filter(oid -> oid.equals(SECObjectIdentifiers.secp256r1)
                        || oid.equals(SECObjectIdentifiers.secp384r1)
                        || oid.equals(SECObjectIdentifiers.secp521r1))
                .map(ASN1ObjectIdentifier.class::cast);
        if (named.isEmpty()) {
            return refused(
                    PathProblem.ALGORITHM_UNSUPPORTED,
                    "a curve other than P-256, P-384 and P-521, or one that is not named");
        }
        byte[] point = info.getPublicKeyData().getOctets();
        // The factory of the Java runtime takes points that are not on the curve.
        if (!CustomNamedCurves.getByOID(named.get())
                .getCurve()
                .decodePoint(point)
                .isValid()) {
            return refused(PathProblem.KEY_INVALID, "no point of its curve");
        }
        return new PublicKeyCheck(decode(info, "EC"), null, "EC", 0);
    }

    private static PublicKey decode(SubjectPublicKeyInfo info, String factory)
            throws IOException, GeneralSecurityException {
        return KeyFactory.getInstance(factory)
                .generatePublic(new X509EncodedKeySpec(info.getEncoded(ASN1Encoding.DER)));
    }

    private static PublicKeyCheck refused(PathProblem problem, String description) {
        return new PublicKeyCheck(null, problem, description, 0);
    }
}
