package ai.scailabs.vault.identity.event;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tells whether a body is ScaiKey's: HMAC-SHA256 over {@code "{timestamp}.{body}"}, byte by byte as it came, signed within the last five minutes. Compared in a time that
 * does not tell how much of it was right. Thread-safe.
 */
final class EventSignature {
    static final Duration WINDOW = Duration.ofMinutes(5);

    private static final String ALGORITHM = "HmacSHA256";
    private static final int MAX_PARTS = 8;
    private static final Pattern TIMESTAMP = Pattern.compile("[0-9]{1,11}");
    private static final Pattern PART = Pattern.compile("(?<name>[a-z][a-z0-9]{0,7})=(?<value>[0-9a-f]{1,128})");

    private final List<byte[]> secrets;
    private final Clock clock;

    EventSignature(EventSecrets secrets, Clock clock) {
        this.secrets = secrets.bytes();
        this.clock = clock;
    }

    /** @throws VaultException {@code forbidden} without a secret; {@code authentication_required}, {@code token_invalid}, {@code token_expired} */
    void require(EventHeaders headers, byte[] body) {
        if (secrets.isEmpty()) {
            throw new VaultException(
                    ErrorCode.FORBIDDEN, "Events of ScaiKey are not accepted here: no SCAIKEY_WEBHOOK_SECRET is set");
        }
        if (headers.signature() == null) {
            throw new VaultException(ErrorCode.AUTHENTICATION_REQUIRED, "Send one header X-ScaiKey-Signature");
        }
        Parts parts = parts(headers.signature());
        if (headers.timestamp() != null && !headers.timestamp().equals(parts.timestamp())) {
            throw invalid("The timestamp is not the one that is signed");
        }
        if (!isSigned(parts, body)) {
            throw invalid("The signature is wrong");
        }
        // Only now: who cannot sign learns nothing about our clock.
        long age = clock.instant().getEpochSecond() - Long.parseLong(parts.timestamp());
        if (Math.abs(age) > WINDOW.toSeconds()) {
            throw new VaultException(ErrorCode.TOKEN_EXPIRED, "The signature is older or newer than five minutes");
        }
    }

    private static Parts parts(String header) {
        String timestamp = null;
        List<byte[]> signatures = new ArrayList<>();
        String[] parts = header.split(",", -1);
        for (String part : parts) {
            Matcher matcher = PART.matcher(part.strip());
            if (parts.length > MAX_PARTS || !matcher.matches()) {
                throw invalid("The signature is malformed");
            }
            String value = matcher.group("value");
            switch (matcher.group("name")) {
                case "t" -> {
                    if (timestamp != null || !TIMESTAMP.matcher(value).matches()) {
                        throw invalid("The signature has no timestamp, or several");
                    }
                    timestamp = value;
                }
                case "v1" -> {
                    if (value.length() != 64) {
                        throw invalid("The signature is malformed");
                    }
                    signatures.add(HexFormat.of().parseHex(value));
                }
                // Another scheme proves nothing here.
                default -> {}
            }
        }
        if (timestamp == null || signatures.isEmpty()) {
            throw invalid("The signature has no timestamp or no v1");
        }
        return new Parts(timestamp, signatures);
    }

    private boolean isSigned(Parts parts, byte[] body) {
        boolean signed = false;
        for (byte[] secret : secrets) {
            byte[] expected = hmac(secret, parts.timestamp(), body);
            for (byte[] given : parts.signatures()) {
                signed |= MessageDigest.isEqual(expected, given);
            }
        }
        return signed;
    }

    static byte[] hmac(byte[] secret, String timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            mac.update((timestamp + ".").getBytes(StandardCharsets.US_ASCII));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    private static VaultException invalid(String problem) {
        return new VaultException(ErrorCode.TOKEN_INVALID, problem);
    }

    private record Parts(String timestamp, List<byte[]> signatures) {
        @Override
        public String toString() {
            return "Parts[redacted]";
        }
    }
}
