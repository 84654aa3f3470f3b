package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfoBuilder;

/** How a private key is written: never as a {@code String}, always as bytes that whoever receives them closes. */
public enum PrivateKeyFormat {
    /** {@code BEGIN PRIVATE KEY}, for every kind of key (RFC 5958). */
    PKCS8,
    /** What older programs expect: {@code BEGIN RSA PRIVATE KEY} (RFC 8017) and {@code BEGIN EC PRIVATE KEY} (RFC 5915); PKCS#8 for kinds that have no such form. */
    TRADITIONAL;

    /** For PBKDF2 of what may lie somewhere for decades. */
    private static final int BACKUP_ITERATIONS = 600_000;

    /** As it is called in the API. */
    public static Optional<PrivateKeyFormat> parse(String text) {
        return switch (text) {
            case "pkcs8" -> Optional.of(PKCS8);
            case "traditional" -> Optional.of(TRADITIONAL);
            default -> Optional.empty();
        };
    }

    public SensitiveBytes der(KeyPair pair) {
        byte[] pkcs8 = pair.getPrivate().getEncoded();
        if (this == PKCS8 || label(pair).equals("PRIVATE KEY")) {
            return SensitiveBytes.owning(pkcs8);
        }
        try {
            return SensitiveBytes.owning(traditional(pkcs8, pair));
        } catch (IOException e) {
            throw new IllegalStateException("a key that was just made does not encode", e);
        } finally {
            Arrays.fill(pkcs8, (byte) 0);
        }
    }

    public SensitiveBytes pem(KeyPair pair) {
        try (SensitiveBytes der = der(pair)) {
            return Pem.writeSensitive(label(pair), der.expose());
        }
    }

    private String label(KeyPair pair) {
        if (this == PKCS8) {
            return "PRIVATE KEY";
        }
        return switch (pair.getPrivate().getAlgorithm()) {
            case "RSA" -> "RSA PRIVATE KEY";
            case "EC" -> "EC PRIVATE KEY";
            default -> "PRIVATE KEY";
        };
    }

    private static byte[] traditional(byte[] pkcs8, KeyPair pair) throws IOException {
        PrivateKeyInfo info = PrivateKeyInfo.getInstance(pkcs8);
        if (!info.getPrivateKeyAlgorithm().getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            return info.getPrivateKey().getOctets();
        }
        ECPrivateKey bare = ECPrivateKey.getInstance(info.parsePrivateKey());
        byte[] point = SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded())
                .getPublicKeyData()
                .getOctets();
        ASN1Encodable curve = info.getPrivateKeyAlgorithm().getParameters();
        int bits = SECObjectIdentifiers.secp384r1.equals(curve) ? 384 : 256;
        return new ECPrivateKey(bits, bare.getKey(), new DERBitString(point), curve).getEncoded(ASN1Encoding.DER);
    }

    /**
     * {@code BEGIN ENCRYPTED PRIVATE KEY} (RFC 5958 §3): PBES2 with PBKDF2 of HMAC-SHA256 and AES-256, which OpenSSL, GnuTLS and the import of authorities read.
     *
     * @param password printable ASCII; still the caller's to wipe
     */
    public static String encrypted(PrivateKey key, char[] password, SecureRandom random) {
        byte[] pkcs8 = key.getEncoded();
        try {
            return Pem.write(
                    "ENCRYPTED PRIVATE KEY",
                    new PKCS8EncryptedPrivateKeyInfoBuilder(PrivateKeyInfo.getInstance(pkcs8))
                            .build(KeystoreFormat.encryptor(password, BACKUP_ITERATIONS, random))
                            .getEncoded());
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException("a key that signs does not encode", e);
        } finally {
            Arrays.fill(pkcs8, (byte) 0);
        }
    }

    /**
     * The key of a PKCS#8 encoding, which stays the caller's to wipe.
     *
     * @throws IllegalArgumentException when it is none of the kinds of {@link KeySpec}
     */
    public static PrivateKey read(byte[] pkcs8, KeySpec spec) {
        try {
            return KeyFactory.getInstance(spec.jcaName()).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not a private key of kind " + spec);
        }
    }
}
