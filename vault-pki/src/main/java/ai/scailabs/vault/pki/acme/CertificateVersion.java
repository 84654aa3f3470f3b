package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.pki.x509.RevocationReason;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One version of a managed certificate.
 *
 * @param keyId of what is sealed of it
 * @param hasKey whether the private key is among that
 * @param serial hexadecimal digits
 * @param issuer as people read it (RFC 4514)
 * @param revokedAt null while it counts
 */
public record CertificateVersion(
        int version,
        String keyId,
        boolean hasKey,
        String serial,
        byte[] sha256,
        String issuer,
        Instant notBefore,
        Instant notAfter,
        UUID orderId,
        Instant createdAt,
        @Nullable Instant revokedAt,
        @Nullable RevocationReason reason) {
    /** As other certificates' numbers are written. */
    public String serialText() {
        return serialText(serial);
    }

    static String serialText(String serial) {
        String even = serial.length() % 2 == 0 ? serial : "0" + serial;
        return HexFormat.ofDelimiter(":")
                .withUpperCase()
                .formatHex(HexFormat.of().parseHex(even));
    }

    @Override
    public String toString() {
        return "CertificateVersion[" + version + "]";
    }
}
