package ai.scailabs.vault.access.exchange;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signature Version 4 for one POST to the path {@code /}, as AWS describes it. Shares nothing with what it tests. */
final class Sigv4 {
    private Sigv4() {}

    /** @param headers that are signed, by lower-case name */
    static String sign(
            String secret, String date, String region, String service, Map<String, String> headers, String body) {
        TreeMap<String, String> sorted = new TreeMap<>(headers);
        StringBuilder canonical = new StringBuilder("POST\n/\n\n");
        sorted.forEach((name, value) ->
                canonical.append(name).append(':').append(value.strip()).append('\n'));
        canonical
                .append('\n')
                .append(String.join(";", sorted.keySet()))
                .append('\n')
                .append(sha256(body));
        String scope = date.substring(0, 8) + "/" + region + "/" + service + "/aws4_request";
        String toSign = "AWS4-HMAC-SHA256\n" + date + "\n" + scope + "\n" + sha256(canonical.toString());
        byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
        for (String part : scope.split("/")) {
            key = hmac(key, part);
        }
        return HexFormat.of().formatHex(hmac(key, toSign));
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
