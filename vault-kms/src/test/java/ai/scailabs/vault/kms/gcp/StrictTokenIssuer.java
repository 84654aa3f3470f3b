package ai.scailabs.vault.kms.gcp;

import ai.scailabs.vault.kms.call.TlsPeer;
import ai.scailabs.vault.kms.call.TlsPeer.Request;
import ai.scailabs.vault.kms.call.TlsPeer.Response;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ServiceAccountCredentials;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Google's token endpoint for one service account (RFC 7523): a signed assertion with the scope of KMS brings a token. */
final class StrictTokenIssuer implements AutoCloseable {
    private static final String ACCOUNT = "scaivault@acme-vault.iam.gserviceaccount.com";
    private static final String GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    private final Set<String> tokens = ConcurrentHashMap.newKeySet();
    private final AtomicInteger issued = new AtomicInteger();
    private final KeyPair keys = newKeys();
    private final TlsPeer peer = new TlsPeer(null, this::handle);

    /** Those that count at this moment. */
    Set<String> tokens() {
        return tokens;
    }

    int issued() {
        return issued.get();
    }

    /** As KMS sees it; whoever has them does not know. */
    void expireAll() {
        tokens.clear();
    }

    TlsPeer peer() {
        return peer;
    }

    GoogleCredentials credentials() {
        return ServiceAccountCredentials.newBuilder()
                .setClientEmail(ACCOUNT)
                .setPrivateKey(keys.getPrivate())
                .setPrivateKeyId("key-1")
                .setTokenServerUri(endpoint())
                .setScopes(List.of(GcpCredentials.SCOPE))
                .build();
    }

    /** The file of a service account's key, as the console gives it. */
    String file() {
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(keys.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        return JSONObjectUtils.toJSONString(Map.of(
                "type", "service_account",
                "project_id", "acme-vault",
                "private_key_id", "key-1",
                "private_key", pem,
                "client_email", ACCOUNT,
                "client_id", "1",
                "token_uri", endpoint().toString()));
    }

    private URI endpoint() {
        return URI.create("http://127.0.0.1:" + peer.port() + "/token");
    }

    private Response handle(Request request) {
        try {
            Map<String, String> form = form(request.body());
            SignedJWT assertion = SignedJWT.parse(form.getOrDefault("assertion", ""));
            boolean honest = request.method().equals("POST")
                    && request.path().equals("/token")
                    && form.getOrDefault("grant_type", "").equals(GRANT)
                    && assertion.verify(new RSASSAVerifier((RSAPublicKey) keys.getPublic()))
                    && assertion.getJWTClaimsSet().getIssuer().equals(ACCOUNT)
                    && assertion.getJWTClaimsSet().getAudience().equals(List.of("https://oauth2.googleapis.com/token"))
                    && assertion.getJWTClaimsSet().getStringClaim("scope").equals(GcpCredentials.SCOPE)
                    && assertion
                            .getJWTClaimsSet()
                            .getExpirationTime()
                            .toInstant()
                            .isAfter(Instant.now());
            if (!honest) {
                return new Response(400, Map.of(), "{\"error\":\"invalid_grant\"}");
            }
        } catch (ParseException | JOSEException e) {
            return new Response(400, Map.of(), "{\"error\":\"invalid_request\"}");
        }
        String token = "ya29." + UUID.randomUUID();
        tokens.add(token);
        issued.incrementAndGet();
        return new Response(
                200,
                Map.of(),
                JSONObjectUtils.toJSONString(
                        Map.of("access_token", token, "expires_in", 3599, "token_type", "Bearer")));
    }

    private static Map<String, String> form(String body) {
        Map<String, String> form = new java.util.HashMap<>();
        for (String pair : body.split("&")) {
            String[] parts = pair.split("=", 2);
            form.put(parts[0], parts.length == 1 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return form;
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        peer.close();
    }
}
