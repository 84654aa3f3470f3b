package ai.scailabs.vault.outbound.google;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The file of a service account's key, as Google gives it. Where it says that tokens are to be had is not looked at. Immutable. */
public final class ServiceAccountKey {
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----\\s*");
    /** A shorter one would sign nothing. */
    private static final int LEAST_BITS = 1024;

    private static final JsonMapper JSON = JsonMapper.shared();

    private final String email;
    private final String keyId;
    private final String project;
    private final PrivateKey key;

    private ServiceAccountKey(String email, String keyId, String project, PrivateKey key) {
        this.email = email;
        this.keyId = keyId;
        this.project = project;
        this.key = key;
    }

    /** @throws IllegalArgumentException for what is no such file; it repeats nothing of it, and has no cause */
    public static ServiceAccountKey parse(String json) {
        try {
            JsonNode file = JSON.readTree(json);
            String email = file.path("client_email").asString("");
            String keyId = file.path("private_key_id").asString("");
            Matcher pem = PEM.matcher(file.path("private_key").asString(""));
            if (!email.isEmpty() && !keyId.isEmpty() && pem.matches()) {
                PrivateKey key = KeyFactory.getInstance("RSA")
                        .generatePrivate(
                                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1))));
                if (key instanceof RSAPrivateKey rsa && rsa.getModulus().bitLength() >= LEAST_BITS) {
                    return new ServiceAccountKey(
                            email, keyId, file.path("project_id").asString(""), key);
                }
            }
        } catch (JacksonException | GeneralSecurityException | IllegalArgumentException malformed) {
            // Refused like any other.
        }
        throw new IllegalArgumentException("not the file of a service account's key");
    }

    public String email() {
        return email;
    }

    /** Empty where the file does not name it. */
    public String project() {
        return project;
    }

    /** A JWT of RS256 with these claims, by the key. */
    public String jwt(Map<String, ?> claims) {
        Map<String, String> header = new LinkedHashMap<>();
        header.put("alg", "RS256");
        header.put("typ", "JWT");
        header.put("kid", keyId);
        String signed = part(header) + "." + part(claims);
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("a key that cannot sign", impossible);
        }
    }

    private static String part(Map<String, ?> members) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(JSON.writeValueAsBytes(members));
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
