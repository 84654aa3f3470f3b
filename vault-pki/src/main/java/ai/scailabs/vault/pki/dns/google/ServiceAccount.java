package ai.scailabs.vault.pki.dns.google;

import ai.scailabs.vault.kernel.error.VaultException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The file of a service account's key. Where it says that tokens are to be had is not looked at. */
final class ServiceAccount {
    private static final Duration LIFE = Duration.ofMinutes(10);
    private static final String SCOPE = "https://www.googleapis.com/auth/ndev.clouddns.readwrite";

    private final String email;
    private final String keyId;
    private final String project;
    private final PrivateKey key;

    private ServiceAccount(String email, String keyId, String project, PrivateKey key) {
        this.email = email;
        this.keyId = keyId;
        this.project = project;
        this.key = key;
    }

    /** @throws VaultException {@code validation_error} */
    static ServiceAccount read(String json) {
        try {
            JsonNode file = JsonMapper.shared().readTree(json);
            String pem = text(file, "private_key");
            String base64 =
                    pem.replaceAll("-----(BEGIN|END) PRIVATE KEY-----", "").replaceAll("\\s", "");
            PrivateKey key = KeyFactory.getInstance("RSA")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
            return new ServiceAccount(
                    text(file, "client_email"),
                    text(file, "private_key_id"),
                    file.path("project_id").asString(""),
                    key);
        } catch (JacksonException | IllegalArgumentException | GeneralSecurityException malformed) {
            throw malformed();
        }
    }

    private static String text(JsonNode file, String member) {
        JsonNode value = file.path(member);
        if (!value.isString()) {
            throw malformed();
        }
        return value.stringValue();
    }

    private static VaultException malformed() {
        return VaultException.invalidField(
                "credentials.service_account_json", "must be the file of a service account's key, as Google gives it");
    }

    /** Empty where the file does not name it. */
    String project() {
        return project;
    }

    /** What a token is asked for with (RFC 7523 §2.1). */
    String assertion(String audience, Instant now) {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("alg", "RS256");
        header.put("typ", "JWT");
        header.put("kid", keyId);
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", email);
        claims.put("scope", SCOPE);
        claims.put("aud", audience);
        claims.put("iat", now.getEpochSecond());
        claims.put("exp", now.plus(LIFE).getEpochSecond());
        String signed = part(header) + "." + part(claims);
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
        } catch (GeneralSecurityException unusable) {
            throw malformed();
        }
    }

    private static String part(Map<String, Object> members) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(JsonMapper.shared().writeValueAsBytes(members));
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
