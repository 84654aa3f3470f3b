package ai.scailabs.vault.outbound.signature;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/** {@code sha256=} and the HMAC-SHA256 of the time in seconds, a dot, and the body, in hexadecimal. */
public final class Signature {
    private Signature() {}

    /** @param secret stays the caller's */
    public static String of(SensitiveBytes secret, Instant at, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SharedSecret(secret));
            mac.update((at.getEpochSecond() + ".").getBytes(StandardCharsets.US_ASCII));
            return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC with SHA-256", e);
        }
    }

    /** Lends the bytes rather than copying them: the copy that is asked for is the runtime's to wipe. */
    private static final class SharedSecret implements SecretKey {
        private static final long serialVersionUID = 1L;
        private final transient SensitiveBytes secret;

        private SharedSecret(SensitiveBytes secret) {
            this.secret = secret;
        }

        @Override
        public String getAlgorithm() {
            return "HmacSHA256";
        }

        @Override
        public String getFormat() {
            return "RAW";
        }

        @Override
        public byte[] getEncoded() {
            return Arrays.copyOf(secret.expose(), secret.length());
        }
    }
}
