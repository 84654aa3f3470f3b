package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECPrivateKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.misc.MiscObjectIdentifiers;
import org.bouncycastle.asn1.misc.ScryptParams;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;
import org.jspecify.annotations.Nullable;

/** A private key that somebody brings: PKCS#8, with or without a password, PKCS#1 or SEC1, in PEM. Wiped by whoever closes it; never a {@code String}. */
public final class ForeignKey implements AutoCloseable {
    /** Several times a key of RSA with 4,096 bits under a password. */
    public static final int MAX_PEM_BYTES = 16 * 1024;

    private static final String FIELD = "private_key_pem";
    private static final String PASSWORD = "password";
    private static final BigInteger MOST_ITERATIONS = BigInteger.valueOf(5_000_000);
    /** In bytes; what OpenSSL writes takes 16 MiB. */
    private static final BigInteger MOST_SCRYPT_MEMORY = BigInteger.valueOf(128L * 1024 * 1024);

    private static final BigInteger MOST_SCRYPT_LANES = BigInteger.valueOf(8);
    /** What stands before a key where OpenSSL made one of a curve. */
    private static final Set<String> SKIPPED = Set.of("EC PARAMETERS");

    private final SensitiveBytes pkcs8;
    private final AlgorithmIdentifier algorithm;

    private ForeignKey(byte[] pkcs8) {
        this.pkcs8 = SensitiveBytes.owning(pkcs8);
        this.algorithm = PrivateKeyInfo.getInstance(pkcs8).getPrivateKeyAlgorithm();
    }

    /**
     * @param pem still the caller's to wipe, as the password is
     * @throws VaultException {@code validation_error} that names the field
     */
    public static ForeignKey read(byte[] pem, char @Nullable [] password) {
        if (pem.length > MAX_PEM_BYTES) {
            throw VaultException.invalidField(FIELD, "must have at most " + MAX_PEM_BYTES + " bytes");
        }
        try (Block block = Block.of(pem)) {
            if (password != null && !block.label.equals("ENCRYPTED PRIVATE KEY")) {
                throw VaultException.invalidField(PASSWORD, "is for a key under a password, which this one is not");
            }
            byte[] encoded = switch (block.label) {
                case "PRIVATE KEY" -> block.content.expose().clone();
                case "ENCRYPTED PRIVATE KEY" -> decrypted(block.content.expose(), password);
                case "RSA PRIVATE KEY" -> rsa(block.content.expose());
                case "EC PRIVATE KEY" -> elliptic(block.content.expose());
                default -> throw notAKey();
            };
            try {
                return new ForeignKey(encoded);
            } catch (RuntimeException malformed) {
                Arrays.fill(encoded, (byte) 0);
                throw notAKey();
            }
        } catch (IOException | IllegalArgumentException | IllegalStateException | ClassCastException malformed) {
            // The library has no one exception for what it cannot read, and what it says of it may be part of a key.
            throw notAKey();
        }
    }

    private static VaultException notAKey() {
        return VaultException.invalidField(
                FIELD,
                "must be one private key in PEM: PRIVATE KEY, ENCRYPTED PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY without headers");
    }

    private static byte[] rsa(byte[] der) throws IOException {
        return new PrivateKeyInfo(
                        new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                        ASN1Primitive.fromByteArray(der))
                .getEncoded(ASN1Encoding.DER);
    }

    private static byte[] elliptic(byte[] der) throws IOException {
        ECPrivateKey key = ECPrivateKey.getInstance(der);
        ASN1Encodable curve = key.getParametersObject();
        if (curve == null) {
            throw VaultException.invalidField(FIELD, "is of a curve that it does not name");
        }
        return new PrivateKeyInfo(new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve), key)
                .getEncoded(ASN1Encoding.DER);
    }

    private static byte[] decrypted(byte[] der, char @Nullable [] password) throws IOException {
        if (password == null) {
            throw VaultException.invalidField(PASSWORD, "is required of a key under a password");
        }
        EncryptedPrivateKeyInfo info = EncryptedPrivateKeyInfo.getInstance(der);
        requireAffordable(info.getEncryptionAlgorithm());
        try {
            return new PKCS8EncryptedPrivateKeyInfo(info)
                    .decryptPrivateKeyInfo(new JcePKCSPBEInputDecryptorProviderBuilder()
                            .setProvider(Algorithms.PROVIDER)
                            .build(password))
                    .getEncoded(ASN1Encoding.DER);
        } catch (PKCSException | RuntimeException wrong) {
            // By a wrong password something comes out, or nothing: either way it is no key.
            throw VaultException.invalidField(PASSWORD, "does not open the key");
        }
    }

    /** A derivation may be made as expensive as whoever sends it likes. */
    private static void requireAffordable(AlgorithmIdentifier algorithm) {
        if (!algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBES2)) {
            throw VaultException.invalidField(
                    FIELD, "is encrypted in a way of long ago: write it by openssl pkcs8 -topk8 -v2 aes-256-cbc");
        }
        KeyDerivationFunc derivation =
                PBES2Parameters.getInstance(algorithm.getParameters()).getKeyDerivationFunc();
        boolean affordable;
        if (derivation.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBKDF2)) {
            affordable = PBKDF2Params.getInstance(derivation.getParameters())
                            .getIterationCount()
                            .compareTo(MOST_ITERATIONS)
                    <= 0;
        } else if (derivation.getAlgorithm().equals(MiscObjectIdentifiers.id_scrypt)) {
            ScryptParams scrypt = ScryptParams.getInstance(derivation.getParameters());
            BigInteger memory =
                    scrypt.getCostParameter().multiply(scrypt.getBlockSize()).multiply(BigInteger.valueOf(128));
            affordable = memory.compareTo(MOST_SCRYPT_MEMORY) <= 0
                    && scrypt.getParallelizationParameter().compareTo(MOST_SCRYPT_LANES) <= 0;
        } else {
            throw VaultException.invalidField(FIELD, "is encrypted under a derivation other than PBKDF2 and scrypt");
        }
        if (!affordable) {
            throw VaultException.invalidField(FIELD, "takes more work to decrypt than is done for anybody");
        }
    }

    /** Whether it is the private key of that public one: it signs, and the other verifies. */
    public boolean isOf(SubjectKey key, SignatureProvider signatures) {
        if (!algorithm.getAlgorithm().equals(key.info().getAlgorithm().getAlgorithm())) {
            return false;
        }
        byte[] probe = "is this key that one's?".getBytes(StandardCharsets.US_ASCII);
        SignatureScheme scheme = SignatureScheme.of(key.spec());
        try {
            PrivateKey read = PrivateKeyFormat.read(pkcs8.expose(), key.spec());
            if (read instanceof RSAPrivateCrtKey parts && !isConsistent(parts)) {
                return false;
            }
            return signatures.verify(scheme, key.publicKey(), probe, signatures.sign(scheme, read, probe));
        } catch (GeneralSecurityException | RuntimeException another) {
            return false;
        }
    }

    /** Whoever signs by some of the parts and not by others finds them in accord, or signatures that are wrong give the key away. */
    private static boolean isConsistent(RSAPrivateCrtKey key) {
        return isInverse(key.getPublicExponent(), key.getPrivateExponent(), key.getPrimeP())
                && isInverse(key.getPublicExponent(), key.getPrivateExponent(), key.getPrimeQ())
                && isInverse(key.getPublicExponent(), key.getPrimeExponentP(), key.getPrimeP())
                && isInverse(key.getPublicExponent(), key.getPrimeExponentQ(), key.getPrimeQ())
                && key.getPrimeP().multiply(key.getPrimeQ()).equals(key.getModulus())
                && key.getCrtCoefficient()
                        .multiply(key.getPrimeQ())
                        .mod(key.getPrimeP())
                        .equals(BigInteger.ONE);
    }

    private static boolean isInverse(BigInteger exponent, BigInteger other, BigInteger prime) {
        return exponent.multiply(other).mod(prime.subtract(BigInteger.ONE)).equals(BigInteger.ONE);
    }

    /** As own keys are kept: PKCS#8 as the runtime writes what it makes, without a public key. Whoever calls closes it. */
    public SensitiveBytes encoded(KeySpec spec) {
        PrivateKey key = PrivateKeyFormat.read(pkcs8.expose(), spec);
        if (!(key instanceof java.security.interfaces.ECPrivateKey scalar)) {
            return SensitiveBytes.owning(key.getEncoded());
        }
        try {
            return SensitiveBytes.owning(KeyFactory.getInstance("EC")
                    .generatePrivate(new ECPrivateKeySpec(scalar.getS(), scalar.getParams()))
                    .getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key that was read does not encode", e);
        }
    }

    @Override
    public void close() {
        pkcs8.close();
    }

    @Override
    public String toString() {
        return "[redacted]";
    }

    /** Made when it is first asked for, and registered nowhere, so that nothing else is computed by it. */
    private static final class Algorithms {
        private static final Provider PROVIDER = new BouncyCastleProvider();
    }

    /** One block of PEM (RFC 7468), read without ever being a {@code String}. */
    private record Block(String label, SensitiveBytes content) implements AutoCloseable {
        private static final byte[] BEGIN = "-----BEGIN ".getBytes(StandardCharsets.US_ASCII);
        private static final byte[] DASHES = "-----".getBytes(StandardCharsets.US_ASCII);

        static Block of(byte[] pem) {
            int from = 0;
            while (true) {
                int begin = indexOf(pem, BEGIN, from);
                int labelled = begin < 0 ? -1 : indexOf(pem, DASHES, begin + BEGIN.length);
                if (labelled < 0 || labelled - begin > 60) {
                    throw notAKey();
                }
                String label = new String(
                        pem, begin + BEGIN.length, labelled - begin - BEGIN.length, StandardCharsets.US_ASCII);
                int content = labelled + DASHES.length;
                int end = indexOf(pem, ("-----END " + label + "-----").getBytes(StandardCharsets.US_ASCII), content);
                if (end < 0) {
                    throw notAKey();
                }
                if (!SKIPPED.contains(label)) {
                    if (indexOf(pem, BEGIN, end) >= 0) {
                        throw VaultException.invalidField(FIELD, "must be one private key, and nothing after it");
                    }
                    return new Block(label, SensitiveBytes.owning(decoded(pem, content, end)));
                }
                from = end;
            }
        }

        private static byte[] decoded(byte[] pem, int from, int to) {
            byte[] base64 = new byte[to - from];
            int length = 0;
            for (int i = from; i < to; i++) {
                if (pem[i] != ' ' && pem[i] != '\n' && pem[i] != '\r' && pem[i] != '\t') {
                    base64[length++] = pem[i];
                }
            }
            byte[] exact = Arrays.copyOf(base64, length);
            Arrays.fill(base64, (byte) 0);
            try {
                return Base64.getDecoder().decode(exact);
            } finally {
                Arrays.fill(exact, (byte) 0);
            }
        }

        private static int indexOf(byte[] text, byte[] what, int from) {
            for (int i = from; i <= text.length - what.length; i++) {
                if (Arrays.equals(text, i, i + what.length, what, 0, what.length)) {
                    return i;
                }
            }
            return -1;
        }

        @Override
        public void close() {
            content.close();
        }
    }
}
