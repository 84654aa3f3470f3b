package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Map;
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

/** A public key as a certificate holds it: of a kind that {@link KeySpec} names, with parameters as RFC 3279, 5480, 8410 and 9881 want them, its point on its curve. */
public final class SubjectKey {
    private static final int KEY_IDENTIFIER_OCTETS = 20;
    /** No strong key has a larger exponent; one that large would make verifiers work for whoever sent it. */
    private static final int MAX_EXPONENT_BITS = 64;

    private final byte[] encoded;
    private final KeySpec spec;
    private final PublicKey publicKey;
    private final byte[] keyIdentifier;

    private SubjectKey(byte[] encoded, KeySpec spec, PublicKey publicKey, byte[] keyIdentifier) {
        this.encoded = encoded;
        this.spec = spec;
        this.publicKey = publicKey;
        this.keyIdentifier = keyIdentifier;
    }

    /** @throws VaultException as {@link #decode} */
    public static SubjectKey of(PublicKey key) {
        return decode(key.getEncoded(), key);
    }

    /**
     * @param subjectPublicKeyInfo DER
     * @throws VaultException {@code csr_rejected} for a key that is malformed, weak or of no kind that is supported
     */
    public static SubjectKey decode(byte[] subjectPublicKeyInfo) {
        return decode(subjectPublicKeyInfo, null);
    }

    private static SubjectKey decode(byte[] subjectPublicKeyInfo, @Nullable PublicKey known) {
        try {
            SubjectPublicKeyInfo info = SubjectPublicKeyInfo.getInstance(subjectPublicKeyInfo);
            byte[] encoded = info.getEncoded(ASN1Encoding.DER);
            if (!Arrays.equals(encoded, subjectPublicKeyInfo)) {
                throw refusal("key_encoding", "not DER");
            }
            KeySpec spec = spec(info);
            PublicKey key = known == null
                    ? KeyFactory.getInstance(spec.jcaName()).generatePublic(new X509EncodedKeySpec(encoded))
                    : known;
            return new SubjectKey(encoded, spec, key, identifierOf(info));
        } catch (VaultException refused) {
            throw refused;
        } catch (IOException | GeneralSecurityException | RuntimeException malformed) {
            // The library has no one exception for what it cannot read.
            throw refusal("key_encoding", "malformed");
        }
    }

    private static KeySpec spec(SubjectPublicKeyInfo info) throws IOException {
        ASN1ObjectIdentifier algorithm = info.getAlgorithm().getAlgorithm();
        ASN1Encodable parameters = info.getAlgorithm().getParameters();
        if (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)) {
            if (!org.bouncycastle.asn1.DERNull.INSTANCE.equals(parameters)) {
                throw refusal("key_parameters", "rsa without NULL");
            }
            return rsa(RSAPublicKey.getInstance(info.parsePublicKey()));
        }
        if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            if (SECObjectIdentifiers.secp256r1.equals(parameters)) {
                return uncompressed(info, KeySpec.EC_P256);
            }
            if (SECObjectIdentifiers.secp384r1.equals(parameters)) {
                return uncompressed(info, KeySpec.EC_P384);
            }
            throw refusal("key_curve", "a curve other than P-256 and P-384, or one that is not named");
        }
        if (parameters != null) {
            throw refusal("key_parameters", "parameters where there are none");
        }
        if (algorithm.equals(EdECObjectIdentifiers.id_Ed25519)) {
            if (BrokenKey.isNoEd25519Point(info.getPublicKeyData().getOctets())) {
                throw refusal("key_point", "no point of the group that keys are of");
            }
            return KeySpec.ED25519;
        }
        if (algorithm.equals(NISTObjectIdentifiers.id_ml_dsa_65)) {
            return KeySpec.ML_DSA_65;
        }
        throw refusal("key_type", algorithm.getId());
    }

    private static KeySpec uncompressed(SubjectPublicKeyInfo info, KeySpec spec) {
        byte[] point = info.getPublicKeyData().getOctets();
        if (point.length == 0 || point[0] != 4) {
            throw refusal("key_point", "a point that is not written in full");
        }
        ASN1ObjectIdentifier curve =
                spec == KeySpec.EC_P256 ? SECObjectIdentifiers.secp256r1 : SECObjectIdentifiers.secp384r1;
        // The factory of the Java runtime takes points that are not on the curve.
        if (!CustomNamedCurves.getByOID(curve).getCurve().decodePoint(point).isValid()) {
            throw refusal("key_point", "no point of the curve");
        }
        return spec;
    }

    private static KeySpec rsa(RSAPublicKey key) {
        BigInteger exponent = key.getPublicExponent();
        if (exponent.compareTo(BigInteger.valueOf(65537)) < 0
                || !exponent.testBit(0)
                || exponent.bitLength() > MAX_EXPONENT_BITS) {
            throw refusal("key_exponent", "an exponent that is even, below 65537 or too large");
        }
        if (!key.getModulus().testBit(0)) {
            throw refusal("key_modulus", "an even modulus");
        }
        int bits = key.getModulus().bitLength();
        KeySpec spec = KeySpec.of("rsa", bits).orElseThrow(() -> refusal("key_size", "rsa of " + bits + " bits"));
        BrokenKey.modulus(key.getModulus()).ifPresent(problem -> {
            throw refusal("key_modulus", problem);
        });
        return spec;
    }

    static VaultException refusal(String rule, String value) {
        return new VaultException(
                ErrorCode.CSR_REJECTED, "the public key is refused: " + value, Map.of("rule", rule, "value", value));
    }

    /** DER of the SubjectPublicKeyInfo; a copy. */
    public byte[] encoded() {
        return encoded.clone();
    }

    public KeySpec spec() {
        return spec;
    }

    public PublicKey publicKey() {
        return publicKey;
    }

    /**
     * The same key under the identifier that an authority's own certificate gives it, whatever hash made that: what is certified anew, by another authority or for another time, must keep it, or
     * nothing below finds its issuer.
     */
    public SubjectKey withKeyIdentifier(byte[] identifier) {
        return new SubjectKey(encoded, spec, publicKey, identifier.clone());
    }

    /** The value of the subject key identifier; 160 bits of SHA-256 over the key (RFC 7093 §2, method 1) unless it was given another. A copy. */
    public byte[] keyIdentifier() {
        return keyIdentifier.clone();
    }

    private static byte[] identifierOf(SubjectPublicKeyInfo info) throws GeneralSecurityException {
        byte[] bits = info.getPublicKeyData().getOctets();
        return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(bits), KEY_IDENTIFIER_OCTETS);
    }

    SubjectPublicKeyInfo info() {
        return SubjectPublicKeyInfo.getInstance(encoded);
    }

    /** The key alone; by whatever identifier it goes. */
    @Override
    public boolean equals(Object other) {
        return other instanceof SubjectKey that && Arrays.equals(encoded, that.encoded);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encoded);
    }

    @Override
    public String toString() {
        return spec.toString();
    }
}
