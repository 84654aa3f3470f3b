package ai.scailabs.vault.credentials.ssh;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Kinds of keys that are certified. */
public enum SubjectKeyType {
    ED25519("ssh-ed25519", null, false),
    ECDSA_P256("ecdsa-sha2-nistp256", NistCurve.P_256, false),
    ECDSA_P384("ecdsa-sha2-nistp384", NistCurve.P_384, false),
    ECDSA_P521("ecdsa-sha2-nistp521", NistCurve.P_521, false),
    RSA("ssh-rsa", null, false),
    /** In a security key (FIDO), as {@link #SK_ECDSA_P256}. */
    SK_ED25519("sk-ssh-ed25519@openssh.com", null, true),
    SK_ECDSA_P256("sk-ecdsa-sha2-nistp256@openssh.com", NistCurve.P_256, true);

    static final String CERTIFICATE_SUFFIX = "-cert-v01@openssh.com";
    private static final String VENDOR = "@openssh.com";

    private final String wireName;
    private final @Nullable NistCurve curve;
    private final boolean securityKey;

    SubjectKeyType(String wireName, @Nullable NistCurve curve, boolean securityKey) {
        this.wireName = wireName;
        this.curve = curve;
        this.securityKey = securityKey;
    }

    /** As the first word of a public key says it. */
    public String wireName() {
        return wireName;
    }

    public static Optional<SubjectKeyType> of(String wireName) {
        return Arrays.stream(values())
                .filter(type -> type.wireName.equals(wireName))
                .findFirst();
    }

    /** The first word of a certificate of such a key. */
    String certificateName() {
        String stem = wireName.endsWith(VENDOR) ? wireName.substring(0, wireName.length() - VENDOR.length()) : wireName;
        return stem + CERTIFICATE_SUFFIX;
    }

    @Nullable
    NistCurve curve() {
        return curve;
    }

    boolean isSecurityKey() {
        return securityKey;
    }
}
