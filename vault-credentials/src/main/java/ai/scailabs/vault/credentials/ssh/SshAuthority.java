package ai.scailabs.vault.credentials.ssh;

import ai.scailabs.vault.crypto.provider.NativeProvider;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * The key that signs certificates of users or hosts. It lies in bytes that {@link #close()} wipes, and is read from these for each signature; what the Java runtime makes of it then is left to the garbage collector. Not
 * thread-safe.
 */
public final class SshAuthority implements AutoCloseable {
    private static final int NONCE_BYTES = 32;
    private static final String NO_KEY = "not the key of an SSH authority";

    private final SshKeyType type;
    private final PublicKey publicKey;
    private final SensitiveBytes key;
    private final SecureRandom random;

    private SshAuthority(SshKeyType type, PublicKey publicKey, SensitiveBytes key, SecureRandom random) {
        this.type = type;
        this.publicKey = publicKey;
        this.key = key;
        this.random = random;
    }

    /** A new key. Takes a processor for seconds if the type {@link SshKeyType#isSlow is slow}. */
    public static SshAuthority generate(SshKeyType type, SecureRandom random) {
        try {
            KeyPairGenerator generator = NativeProvider.keyPairGenerator(type.algorithm());
            generator.initialize(type.parameters(), random);
            KeyPair pair = generator.generateKeyPair();
            byte[] encoded = KeyLayout.of(type)
                    .map(layout -> layout.encode(pair))
                    .orElseGet(() -> pair.getPrivate().getEncoded());
            return new SshAuthority(type, pair.getPublic(), SensitiveBytes.owning(encoded), random);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("the Java runtime makes no keys of " + type.code(), impossible);
        }
    }

    /**
     * What {@link #encoded()} gave.
     *
     * @param pkcs8 stays the caller's
     * @throws IllegalArgumentException for anything else
     */
    public static SshAuthority of(SensitiveBytes pkcs8) {
        byte[] encoded = pkcs8.expose().clone();
        try {
            Optional<KeyLayout> layout = KeyLayout.of(encoded);
            SshKeyType type = layout.isPresent() ? layout.get().type() : rsaType(encoded);
            PublicKey publicKey =
                    layout.isPresent() ? decodedPublic(type, layout.get().publicInfo(encoded)) : rsaPublic(encoded);
            return new SshAuthority(type, publicKey, SensitiveBytes.owning(encoded), new SecureRandom());
        } catch (GeneralSecurityException | IllegalArgumentException malformed) {
            Arrays.fill(encoded, (byte) 0);
            // Without the cause, which may tell of the bytes.
            throw new IllegalArgumentException(NO_KEY);
        }
    }

    private static SshKeyType rsaType(byte[] encoded) throws GeneralSecurityException {
        int bits = rsaPrivate(encoded).getModulus().bitLength();
        return SshKeyType.of("rsa-" + bits).orElseThrow(() -> new IllegalArgumentException(NO_KEY));
    }

    private static PublicKey rsaPublic(byte[] encoded) throws GeneralSecurityException {
        RSAPrivateCrtKey secret = rsaPrivate(encoded);
        return KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(secret.getModulus(), secret.getPublicExponent()));
    }

    private static RSAPrivateCrtKey rsaPrivate(byte[] encoded) throws GeneralSecurityException {
        PrivateKey secret = decoded("RSA", encoded);
        if (secret instanceof RSAPrivateCrtKey rsa) {
            return rsa;
        }
        throw new IllegalArgumentException(NO_KEY);
    }

    private static PublicKey decodedPublic(SshKeyType type, byte[] info) throws GeneralSecurityException {
        return KeyFactory.getInstance(type.algorithm()).generatePublic(new X509EncodedKeySpec(info));
    }

    private static PrivateKey decoded(String algorithm, byte[] encoded) throws GeneralSecurityException {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
    }

    public SshKeyType type() {
        return type;
    }

    /** The private key in PKCS #8, with the public one in it. A copy, which is the caller's to close. */
    public SensitiveBytes encoded() {
        return SensitiveBytes.owning(key.expose().clone());
    }

    /** As {@code TrustedUserCAKeys} has it: one line, without a comment. */
    public String publicKey() {
        return PublicKeyBlob.typeName(publicKey) + " " + Base64.getEncoder().encodeToString(publicBlob());
    }

    /** What stands in the line in base 64. */
    public byte[] publicBlob() {
        return PublicKeyBlob.of(publicKey);
    }

    /** Of the public key, as OpenSSH shows it: {@code SHA256:} and base 64 without padding. */
    public String fingerprint() {
        return PublicKeyBlob.fingerprint(publicBlob());
    }

    /** The certificate as a file that ends with {@code -cert.pub} has it: one line, without a comment. It was verified. */
    public String sign(SshCertificate content) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] signed = content.encode(nonce, publicBlob());
        WireWriter signature = new WireWriter().text(type.signatureName()).string(signature(signed));
        byte[] certificate = new WireWriter().raw(signed).string(signature).toBytes();
        return content.key().type().certificateName() + " "
                + Base64.getEncoder().encodeToString(certificate);
    }

    /** As the signature of SSH holds it: RFC 8332 §3, RFC 5656 §3.1.2, RFC 8709 §6. */
    private byte[] signature(byte[] signed) {
        byte[] signature;
        try {
            Signature signer = NativeProvider.signature(type.signatureAlgorithm());
            signer.initSign(decoded(type.algorithm(), key.expose()), random);
            signer.update(signed);
            signature = signer.sign();
            // A fault on the way would betray a key of RSA, and a public key that is another's would make certificates
            // of no use.
            signer.initVerify(publicKey);
            signer.update(signed);
            if (!signer.verify(signature)) {
                throw new IllegalStateException("an SSH authority made a signature that does not verify");
            }
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("the Java runtime does not sign by " + type.code(), impossible);
        }
        return type.isEcdsa() ? numbers(signature) : signature;
    }

    private static byte[] numbers(byte[] signature) {
        int half = signature.length / 2;
        return new WireWriter()
                .mpint(new BigInteger(1, signature, 0, half))
                .mpint(new BigInteger(1, signature, half, half))
                .toBytes();
    }

    @Override
    public void close() {
        key.close();
    }

    @Override
    public String toString() {
        return type.code() + " " + fingerprint();
    }
}
