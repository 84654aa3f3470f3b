package ai.scailabs.vault.pki.x509;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The kinds of keys that certificates are made for. ML-DSA-65 is experimental: few programs verify it yet. */
public enum KeySpec {
    RSA_2048("rsa", 2048),
    RSA_3072("rsa", 3072),
    RSA_4096("rsa", 4096),
    EC_P256("ec", 256),
    EC_P384("ec", 384),
    ED25519("ed25519", 256),
    ML_DSA_65("ml-dsa-65", 0);

    private final String keyType;
    private final int keySize;

    KeySpec(String keyType, int keySize) {
        this.keyType = keyType;
        this.keySize = keySize;
    }

    /** {@code rsa}, {@code ec}, {@code ed25519} or {@code ml-dsa-65}, as the API writes it. */
    public String keyType() {
        return keyType;
    }

    /** In bits; 0 where the type says it all. */
    public int keySize() {
        return keySize;
    }

    public boolean isRsa() {
        return keyType.equals("rsa");
    }

    public boolean isExperimental() {
        return this == ML_DSA_65;
    }

    /** Without a size the smallest of the type. Empty for a type that is not known, and for a size that it does not have. */
    public static Optional<KeySpec> of(String keyType, @Nullable Integer keySize) {
        return Arrays.stream(values())
                .filter(spec -> spec.keyType.equals(keyType) && (keySize == null || spec.keySize == keySize))
                .findFirst();
    }

    /** Of the runtime's key factories and generators. */
    String jcaName() {
        return switch (this) {
            case RSA_2048, RSA_3072, RSA_4096 -> "RSA";
            case EC_P256, EC_P384 -> "EC";
            case ED25519 -> "Ed25519";
            case ML_DSA_65 -> "ML-DSA";
        };
    }

    /** A new key pair, by the Java runtime. RSA takes up to seconds of processor time: never on the thread of a request without a bound. */
    public KeyPair generate(SecureRandom random) {
        try {
            return generate(KeyPairGenerator.getInstance(jcaName()), random);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime makes no keys of kind " + this, e);
        }
    }

    KeyPair generate(KeyPairGenerator generator, SecureRandom random) throws GeneralSecurityException {
        generator.initialize(parameters(), random);
        return generator.generateKeyPair();
    }

    private AlgorithmParameterSpec parameters() {
        return switch (this) {
            case RSA_2048, RSA_3072, RSA_4096 -> new RSAKeyGenParameterSpec(keySize, RSAKeyGenParameterSpec.F4);
            case EC_P256 -> new ECGenParameterSpec("secp256r1");
            case EC_P384 -> new ECGenParameterSpec("secp384r1");
            case ED25519 -> NamedParameterSpec.ED25519;
            case ML_DSA_65 -> NamedParameterSpec.ML_DSA_65;
        };
    }
}
