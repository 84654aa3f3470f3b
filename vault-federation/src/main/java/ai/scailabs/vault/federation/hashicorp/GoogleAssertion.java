package ai.scailabs.vault.federation.hashicorp;

import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.RemoteException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a service account of Google says of itself at the {@code gcp} method, type {@code iam}: a JWT of RS256, by its own key. */
final class GoogleAssertion {
    /** The method takes no more than 15 minutes if nobody set otherwise. */
    private static final Duration TIME = Duration.ofMinutes(10);

    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----\\s*");

    private final String email;
    private final String keyId;
    private final PrivateKey key;

    private GoogleAssertion(String email, String keyId, PrivateKey key) {
        this.email = email;
        this.keyId = keyId;
        this.key = key;
    }

    /**
     * @param json a key as Google writes it
     * @throws RemoteException {@link ai.scailabs.vault.federation.remote.RemoteFailure#CREDENTIALS_UNUSABLE}
     */
    static GoogleAssertion of(String json) throws RemoteException {
        try {
            JsonNode account = JsonMapper.shared().readTree(json);
            var pem = PEM.matcher(account.path("private_key").asString(""));
            String email = account.path("client_email").asString("");
            String keyId = account.path("private_key_id").asString("");
            if (!pem.matches() || email.isEmpty() || keyId.isEmpty()) {
                throw BackendCredentials.unusable("service_account_json is no key of a service account");
            }
            byte[] encoded = Base64.getMimeDecoder().decode(pem.group(1));
            return new GoogleAssertion(
                    email, keyId, KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(encoded)));
        } catch (JacksonException | GeneralSecurityException | IllegalArgumentException malformed) {
            throw BackendCredentials.unusable("service_account_json is no key of a service account");
        }
    }

    /** @param role of the vault, whom alone it is for */
    String jwt(String role, Clock clock) throws RemoteException {
        ObjectNode header = JsonMapper.shared().createObjectNode();
        header.put("alg", "RS256").put("typ", "JWT").put("kid", keyId);
        long now = clock.instant().getEpochSecond();
        Map<String, Object> claims =
                Map.of("iss", email, "sub", email, "aud", "vault/" + role, "iat", now, "exp", now + TIME.toSeconds());
        String signed = part(header) + "." + part(claims);
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
        } catch (GeneralSecurityException unusable) {
            throw BackendCredentials.unusable("the key of service_account_json cannot sign");
        }
    }

    private static String part(Object json) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(JsonMapper.shared().writeValueAsBytes(json));
    }

    @Override
    public String toString() {
        return "GoogleAssertion[" + email + "]";
    }
}
