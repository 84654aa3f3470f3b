package ai.scailabs.vault.access.exchange;

import ai.scailabs.vault.kernel.error.VaultException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a caller gives of a question to AWS that it signed (Signature Version 4): the parts that only it can know, and nothing that decides where the question goes or what it asks. All
 * the rest, host, path, body and which headers are signed, is ours, so that a signature over anything else verifies nowhere.
 *
 * @param sessionToken of temporary credentials
 * @param date as it was signed, {@code 20261126T091500Z}
 * @param signature in lower-case hex
 */
record SignedQuestion(String accessKeyId, @Nullable String sessionToken, String date, String region, String signature) {
    static final String BODY = "Action=GetCallerIdentity&Version=2011-06-15";

    private static final String CONTENT_TYPE = "application/x-www-form-urlencoded; charset=utf-8";
    private static final int MAX_LENGTH = 8 * 1024;
    private static final Pattern ENCODED = Pattern.compile("[A-Za-z0-9_-]{1," + MAX_LENGTH + "}");
    private static final Pattern KEY_ID = Pattern.compile("[A-Z0-9]{16,128}");
    private static final Pattern SESSION_TOKEN = Pattern.compile("[A-Za-z0-9+/=]{1,4096}");
    private static final Pattern DATE = Pattern.compile("[0-9]{8}T[0-9]{6}Z");
    private static final Pattern SIGNATURE = Pattern.compile("[0-9a-f]{64}");
    private static final DateTimeFormatter DATE_FORM =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    /**
     * @param token base64url, without padding, of a JSON object
     * @throws VaultException {@code token_invalid}
     */
    static SignedQuestion parse(String token) {
        if (!ENCODED.matcher(token).matches()) {
            throw Refusals.refused("malformed");
        }
        try {
            Parts parts = JSON.readValue(Base64.getUrlDecoder().decode(token), Parts.class);
            return parts == null ? malformed() : parts.checked();
        } catch (JacksonException | IllegalArgumentException malformed) {
            throw Refusals.refused("malformed");
        }
    }

    private static SignedQuestion malformed() {
        throw Refusals.refused("malformed");
    }

    Instant signedAt() {
        try {
            return DATE_FORM.parse(date, Instant::from);
        } catch (DateTimeParseException noSuchTime) {
            throw Refusals.refused("malformed");
        }
    }

    /** All headers of the question, in the order in which they are sent. */
    Map<String, String> headers(String audience) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Accept", "text/xml");
        headers.put("Content-Type", CONTENT_TYPE);
        headers.put("X-Amz-Date", date);
        if (sessionToken != null) {
            headers.put("X-Amz-Security-Token", sessionToken);
        }
        headers.put("X-ScaiVault-Audience", audience);
        String signed = "content-type;host;x-amz-date;" + (sessionToken == null ? "" : "x-amz-security-token;")
                + "x-scaivault-audience";
        headers.put(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=" + accessKeyId + "/" + date.substring(0, 8) + "/" + region
                        + "/sts/aws4_request, SignedHeaders=" + signed + ", Signature=" + signature);
        return headers;
    }

    /** Without the session token and the signature. */
    @Override
    public String toString() {
        return "SignedQuestion[" + region + " " + date + "]";
    }

    /** As it is sent. */
    private record Parts(
            @Nullable String accessKeyId,
            @Nullable String sessionToken,
            @Nullable String date,
            @Nullable String region,
            @Nullable String signature) {
        SignedQuestion checked() {
            if (accessKeyId == null
                    || date == null
                    || region == null
                    || signature == null
                    || !KEY_ID.matcher(accessKeyId).matches()
                    || !DATE.matcher(date).matches()
                    || !SIGNATURE.matcher(signature).matches()
                    || (sessionToken != null
                            && !SESSION_TOKEN.matcher(sessionToken).matches())) {
                return malformed();
            }
            return new SignedQuestion(accessKeyId, sessionToken, date, region, signature);
        }

        @Override
        public String toString() {
            return "Parts[redacted]";
        }
    }
}
