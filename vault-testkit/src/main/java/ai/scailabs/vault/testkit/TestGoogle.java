package ai.scailabs.vault.testkit;

import static ai.scailabs.vault.testkit.LoopbackApi.Said.json;

import ai.scailabs.vault.testkit.LoopbackApi.Asked;
import ai.scailabs.vault.testkit.LoopbackApi.Said;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Google's tokens for service accounts, and the parts of its IAM APIs that make tokens and keep keys, as their references publish them, over loopback. What is not exactly as published is refused. It is no Google Cloud: whatever that does
 * besides is not here. Thread-safe.
 */
public final class TestGoogle implements AutoCloseable {
    public static final String PROJECT = "acme-prod";
    public static final String ROOT = "scaivault@acme-prod.iam.gserviceaccount.com";
    public static final String EMAIL = "deploy@acme-prod.iam.gserviceaccount.com";

    private static final String CLOUD = "https://www.googleapis.com/auth/cloud-platform";
    private static final String GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private static final Duration SKEW = Duration.ofMinutes(5);

    private final ApiFaults faults = new ApiFaults();
    private final LoopbackApi tokens = new LoopbackApi(asked -> faults.through(asked, this::token));
    private final LoopbackApi iam = new LoopbackApi(asked -> faults.through(asked, this::iam));
    private final LoopbackApi credentials = new LoopbackApi(asked -> faults.through(asked, this::generated));

    private final KeyPair root = newKeys();
    private final Set<String> given = new HashSet<>();
    private final Set<String> denied = new HashSet<>();
    private final UploadedKeys keys = new UploadedKeys();
    private boolean extended;

    /** Of RSA, 2048 bits. */
    public static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    public URI tokenEndpoint() {
        return tokens.uri();
    }

    public URI iamEndpoint() {
        return iam.uri();
    }

    public URI credentialsEndpoint() {
        return credentials.uri();
    }

    public ApiFaults faults() {
        return faults;
    }

    /** The file of the key of {@link #ROOT}, as the console gives it; as if tokens were to be had elsewhere. */
    public String file() {
        return file(root);
    }

    /** The same with a key that Google does not know. */
    public String foreignFile() {
        return file(newKeys());
    }

    private static String file(KeyPair pair) {
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("type", "service_account");
        file.put("project_id", PROJECT);
        file.put("private_key_id", "root-key");
        file.put(
                "private_key",
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(pair.getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        file.put("client_email", ROOT);
        file.put("client_id", "1");
        file.put("token_uri", "https://elsewhere.test/token");
        return JSONObjectUtils.toJSONString(file);
    }

    /** A certificate that carries a key, in PEM. */
    public static String certificate(KeyPair pair, String commonName, Instant notBefore, Instant notAfter) {
        return UploadedKeys.selfSigned(pair, commonName, notBefore, notAfter);
    }

    /** {@link #ROOT} may not any more do what that is: {@code iam}, {@code credentials}. */
    public synchronized void deny(String what) {
        denied.add(what);
    }

    public synchronized void allowAll() {
        denied.clear();
    }

    /** The organisation lets tokens of {@link #EMAIL} live for twelve hours. */
    public synchronized void extend() {
        extended = true;
    }

    /** A key of {@link #EMAIL} that somebody else uploaded; its id. */
    public synchronized String foreignKey() {
        return keys.foreign();
    }

    /** Ids of the keys of {@link #EMAIL}. */
    public synchronized List<String> keyIds() {
        return keys.ids();
    }

    /** So often lists of keys miss what was uploaded last. */
    public synchronized void lag(int times) {
        keys.lag(times);
    }

    /** The end of a key. */
    public synchronized Instant end(String id) {
        return keys.end(id);
    }

    /** Whether that token was given here. */
    public synchronized boolean isGiven(String token) {
        return given.contains(token);
    }

    private synchronized Said token(Asked asked) {
        Map<String, String> form = asked.form();
        if (!asked.method().equals("POST")
                || !asked.path().equals("/token")
                || !form.keySet().equals(Set.of("grant_type", "assertion"))
                || !GRANT.equals(form.get("grant_type"))) {
            return json(400, Map.of("error", "invalid_request"));
        }
        String wrong = wrongWith(form.getOrDefault("assertion", ""));
        return wrong.isEmpty()
                ? json(200, Map.of("access_token", given(), "expires_in", 3599, "token_type", "Bearer"))
                : json(400, Map.of("error", "invalid_grant", "error_description", wrong));
    }

    private String given() {
        String token = "ya29." + UUID.randomUUID();
        given.add(token);
        return token;
    }

    /** Whether an assertion by that key of {@link #EMAIL} would bring a token. */
    public synchronized boolean logsIn(String assertion) {
        return wrongWith(assertion).isEmpty();
    }

    private String wrongWith(String assertion) {
        try {
            SignedJWT jwt = SignedJWT.parse(assertion);
            Map<String, Object> claims = jwt.getJWTClaimsSet().getClaims();
            String issuer = jwt.getJWTClaimsSet().getIssuer();
            String keyId = jwt.getHeader().getKeyID();
            RSAPublicKey key = ROOT.equals(issuer) && "root-key".equals(keyId)
                    ? (RSAPublicKey) root.getPublic()
                    : EMAIL.equals(issuer) ? keys.live(keyId) : null;
            boolean published = claims.keySet().equals(Set.of("iss", "scope", "aud", "iat", "exp"))
                    && CLOUD.equals(claims.get("scope"))
                    && jwt.getJWTClaimsSet().getAudience().equals(List.of(tokens.uri() + "/token"));
            if (key == null || !jwt.verify(new RSASSAVerifier(key))) {
                return "Invalid JWT Signature.";
            }
            Instant issued = jwt.getJWTClaimsSet().getIssueTime().toInstant();
            Instant ends = jwt.getJWTClaimsSet().getExpirationTime().toInstant();
            boolean timely = !ends.isAfter(issued.plus(Duration.ofHours(1)))
                    && Duration.between(issued, Instant.now()).abs().compareTo(SKEW) < 0;
            if (!timely) {
                return "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.";
            }
            return published ? "" : "Invalid JWT";
        } catch (ParseException | JOSEException malformed) {
            return "Invalid JWT";
        }
    }

    static Said error(int status, String code) {
        return json(status, Map.of("error", Map.of("code", status, "status", code, "message", "of ya29.not")));
    }

    private synchronized Said iam(Asked asked) {
        if (!given.contains(asked.bearer())) {
            return error(401, "UNAUTHENTICATED");
        }
        if (denied.contains("iam")) {
            return error(403, "PERMISSION_DENIED");
        }
        return keys.answer(asked);
    }

    private synchronized Said generated(Asked asked) {
        if (!given.contains(asked.bearer())) {
            return error(401, "UNAUTHENTICATED");
        }
        if (!asked.method().equals("POST")
                || !asked.path().startsWith("/v1/projects/-/serviceAccounts/")
                || !asked.path().endsWith(":generateAccessToken")) {
            return error(400, "INVALID_ARGUMENT");
        }
        if (denied.contains("credentials")) {
            return error(403, "PERMISSION_DENIED");
        }
        if (!asked.path().equals("/v1/projects/-/serviceAccounts/" + EMAIL + ":generateAccessToken")) {
            return error(404, "NOT_FOUND");
        }
        Map<String, Object> body = asked.json();
        String life = String.valueOf(body.get("lifetime"));
        boolean published = body.keySet().equals(Set.of("scope", "lifetime"))
                && body.get("scope") instanceof List<?> scopes
                && !scopes.isEmpty()
                && life.matches("[1-9][0-9]{0,5}s");
        long seconds = published ? Long.parseLong(life.substring(0, life.length() - 1)) : 0;
        if (!published || seconds > (extended ? 43_200 : 3_600)) {
            return error(400, "INVALID_ARGUMENT");
        }
        Instant end = Instant.ofEpochSecond(Instant.now().getEpochSecond() + seconds);
        return json(200, Map.of("accessToken", given(), "expireTime", end.toString()));
    }

    @Override
    public void close() {
        tokens.close();
        iam.close();
        credentials.close();
    }
}
