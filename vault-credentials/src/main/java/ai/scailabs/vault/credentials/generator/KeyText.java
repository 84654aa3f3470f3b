package ai.scailabs.vault.credentials.generator;

import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;

/** Keys as texts of PEM (RFC 7468), in bytes that the caller wipes. */
final class KeyText {
    private static final int LINE = 64;

    private KeyText() {}

    /** As the Java runtime encodes it: PKCS #8. */
    static byte[] privatePem(PrivateKey key) {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    /** SubjectPublicKeyInfo. */
    static byte[] publicPem(PublicKey key) {
        return pem("PUBLIC KEY", key.getEncoded());
    }

    /** @param content is wiped */
    static byte[] pem(String label, byte[] content) {
        byte[] lines = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encode(content);
        try (WipedBuffer pem = new WipedBuffer()) {
            pem.add(("-----BEGIN " + label + "-----\n").getBytes(StandardCharsets.US_ASCII));
            pem.add(lines);
            pem.add(("\n-----END " + label + "-----\n").getBytes(StandardCharsets.US_ASCII));
            return pem.copy();
        } finally {
            Arrays.fill(lines, (byte) 0);
            Arrays.fill(content, (byte) 0);
        }
    }
}
