package ai.scailabs.vault.credentials.ssh;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * PKCS #8 of keys on curves, with the public key in it: RFC 8410 §7 and RFC 5915 §3. The Java runtime writes neither with the public key, and makes none from a private one. Each has one form only, whose bytes but for the
 * two keys are always the same.
 */
enum KeyLayout {
    ED25519(SshKeyType.ED25519, "3051020101300506032b657004220420", 32, "812100", "302a300506032b6570032100", 32),
    P_256(
            SshKeyType.ECDSA_P256,
            "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420",
            32,
            "a144034200",
            "3059301306072a8648ce3d020106082a8648ce3d030107034200",
            65),
    P_384(
            SshKeyType.ECDSA_P384,
            "3081b6020100301006072a8648ce3d020106052b8104002204819e30819b0201010430",
            48,
            "a164036200",
            "3076301006072a8648ce3d020106052b81040022036200",
            97);

    private final SshKeyType type;
    private final String head;
    private final int secretBytes;
    private final String between;
    private final String publicHead;
    private final int publicBytes;

    /**
     * @param head what stands before the private key, and {@code between} what stands before the public one
     * @param publicHead what stands before the public key in SubjectPublicKeyInfo
     */
    KeyLayout(SshKeyType type, String head, int secretBytes, String between, String publicHead, int publicBytes) {
        this.type = type;
        this.head = head;
        this.secretBytes = secretBytes;
        this.between = between;
        this.publicHead = publicHead;
        this.publicBytes = publicBytes;
    }

    static Optional<KeyLayout> of(SshKeyType type) {
        return Arrays.stream(values()).filter(layout -> layout.type == type).findFirst();
    }

    static Optional<KeyLayout> of(byte[] encoded) {
        return Arrays.stream(values()).filter(layout -> layout.isOf(encoded)).findFirst();
    }

    SshKeyType type() {
        return type;
    }

    /** Whoever asks wipes it. */
    byte[] encode(KeyPair pair) {
        byte[] encoded = new byte[length()];
        byte[] secret = secret(pair);
        byte[] known = pair.getPublic().getEncoded();
        put(encoded, 0, HexFormat.of().parseHex(head));
        put(encoded, headBytes(), secret);
        put(encoded, headBytes() + secretBytes, HexFormat.of().parseHex(between));
        put(encoded, encoded.length - publicBytes, Arrays.copyOfRange(known, known.length - publicBytes, known.length));
        Arrays.fill(secret, (byte) 0);
        return encoded;
    }

    /** SubjectPublicKeyInfo, from what {@link #encode} made. */
    byte[] publicInfo(byte[] encoded) {
        byte[] start = HexFormat.of().parseHex(publicHead);
        byte[] info = Arrays.copyOf(start, start.length + publicBytes);
        put(info, start.length, Arrays.copyOfRange(encoded, encoded.length - publicBytes, encoded.length));
        return info;
    }

    private boolean isOf(byte[] encoded) {
        int middle = headBytes() + secretBytes;
        return encoded.length == length()
                && HexFormat.of().formatHex(encoded, 0, headBytes()).equals(head)
                && HexFormat.of()
                        .formatHex(encoded, middle, encoded.length - publicBytes)
                        .equals(between);
    }

    private byte[] secret(KeyPair pair) {
        if (pair.getPrivate() instanceof EdECPrivateKey key) {
            return key.getBytes()
                    .orElseThrow(() -> new IllegalStateException("the Java runtime does not give an Ed25519 key away"));
        }
        BigInteger number = ((ECPrivateKey) pair.getPrivate()).getS();
        byte[] bytes = number.toByteArray();
        byte[] padded = new byte[secretBytes];
        int used = Math.min(bytes.length, secretBytes);
        System.arraycopy(bytes, bytes.length - used, padded, secretBytes - used, used);
        Arrays.fill(bytes, (byte) 0);
        return padded;
    }

    private int headBytes() {
        return head.length() / 2;
    }

    private int length() {
        return headBytes() + secretBytes + between.length() / 2 + publicBytes;
    }

    private static void put(byte[] target, int at, byte[] content) {
        System.arraycopy(content, 0, target, at, content.length);
    }
}
