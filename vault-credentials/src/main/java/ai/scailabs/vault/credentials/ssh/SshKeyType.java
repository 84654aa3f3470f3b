package ai.scailabs.vault.credentials.ssh;

import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import java.util.Optional;

/** Kinds of keys that authorities have, and how each signs. */
public enum SshKeyType {
    ED25519("ed25519", "Ed25519", "Ed25519", "ssh-ed25519", NamedParameterSpec.ED25519),
    ECDSA_P256("ecdsa-p256", "EC", "SHA256withECDSAinP1363Format", "ecdsa-sha2-nistp256", curve(NistCurve.P_256)),
    ECDSA_P384("ecdsa-p384", "EC", "SHA384withECDSAinP1363Format", "ecdsa-sha2-nistp384", curve(NistCurve.P_384)),
    /** Takes a processor for a second to be made, as the larger one takes it for several. */
    RSA_3072("rsa-3072", "RSA", "SHA512withRSA", "rsa-sha2-512", rsa(3_072)),
    RSA_4096("rsa-4096", "RSA", "SHA512withRSA", "rsa-sha2-512", rsa(4_096));

    /** Where nothing is said. */
    public static final SshKeyType DEFAULT = ED25519;

    private final String code;
    private final String algorithm;
    private final String signatureAlgorithm;
    private final String signatureName;
    private final AlgorithmParameterSpec parameters;

    SshKeyType(
            String code,
            String algorithm,
            String signatureAlgorithm,
            String signatureName,
            AlgorithmParameterSpec parameters) {
        this.code = code;
        this.algorithm = algorithm;
        this.signatureAlgorithm = signatureAlgorithm;
        this.signatureName = signatureName;
        this.parameters = parameters;
    }

    private static AlgorithmParameterSpec curve(NistCurve curve) {
        return new ECGenParameterSpec(curve.standardName());
    }

    private static AlgorithmParameterSpec rsa(int bits) {
        return new RSAKeyGenParameterSpec(bits, RSAKeyGenParameterSpec.F4);
    }

    /** As the API writes it. */
    public String code() {
        return code;
    }

    public static Optional<SshKeyType> of(String code) {
        return Arrays.stream(values()).filter(type -> type.code.equals(code)).findFirst();
    }

    /** Whether to make one takes a processor for so long that few are to be made at once. */
    public boolean isSlow() {
        return isRsa();
    }

    boolean isRsa() {
        return algorithm.equals("RSA");
    }

    boolean isEcdsa() {
        return algorithm.equals("EC");
    }

    /** Of the key, as the Java runtime calls it. */
    String algorithm() {
        return algorithm;
    }

    AlgorithmParameterSpec parameters() {
        return parameters;
    }

    /** As the Java runtime calls it. */
    String signatureAlgorithm() {
        return signatureAlgorithm;
    }

    /** As SSH calls it: never {@code ssh-rsa}, which is SHA-1 (RFC 8332 §3). */
    String signatureName() {
        return signatureName;
    }
}
