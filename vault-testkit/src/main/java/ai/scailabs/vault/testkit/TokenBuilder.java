package ai.scailabs.vault.testkit;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Describes one token; {@link #sign()} makes an honest one, the other endings make what an attacker would send. Not thread-safe; one builder makes as
 * many tokens as wanted, each with its own {@code jti}.
 */
public final class TokenBuilder {
    private final TestIssuer issuer;
    private final Clock clock;
    private final Map<String, Object> claims = new LinkedHashMap<>();
    private final Map<String, Object> extraHeaders = new LinkedHashMap<>();
    private TokenAlgorithm algorithm = TokenAlgorithm.ES256;
    private Duration ttl = Duration.ofHours(1);

    TokenBuilder(TestIssuer issuer, Clock clock) {
        this.issuer = issuer;
        this.clock = clock;
        claims.put("iss", issuer.issuer());
        claims.put("aud", List.of(TestIssuer.DEFAULT_AUDIENCE));
    }

    public TokenBuilder tenant(String tenantId) {
        return claim("tenant_id", tenantId);
    }

    public TokenBuilder partner(String partnerId) {
        return claim("partner_id", partnerId);
    }

    /** The bare {@code sub} claim. */
    public TokenBuilder subject(String subject) {
        return claim("sub", subject);
    }

    /** A person, who becomes {@code user:<email>}. */
    public TokenBuilder user(String email) {
        return subject(email).claim("email", email);
    }

    /** A service, which becomes {@code sa:<clientId>}. */
    public TokenBuilder serviceAccount(String clientId) {
        return subject(clientId).claim("client_id", clientId).claim("token_type", "client_credentials");
    }

    /** Scopes, separated by spaces. */
    public TokenBuilder scope(String scopes) {
        return claim("scope", scopes);
    }

    /** Groups as bindings name them: {@code group:ops}. */
    public TokenBuilder groups(String... groups) {
        return claim("groups", List.of(groups));
    }

    public TokenBuilder role(String role) {
        return claim("role", role);
    }

    public TokenBuilder mfaVerifiedAt(Instant when) {
        return claim("mfa_verified_at", when.getEpochSecond());
    }

    public TokenBuilder audience(String... audience) {
        return claim("aud", List.of(audience));
    }

    public TokenBuilder issuedBy(String otherIssuer) {
        return claim("iss", otherIssuer);
    }

    /** From now; negative for a token that has expired. */
    public TokenBuilder ttl(Duration validity) {
        this.ttl = validity;
        return this;
    }

    /** Not valid before this moment, whatever {@code iat} says. */
    public TokenBuilder notBefore(Instant when) {
        return claim("nbf", when.getEpochSecond());
    }

    /** Any claim, also one that is set by default; lists, maps, numbers, strings and booleans. */
    public TokenBuilder claim(String name, Object value) {
        claims.put(name, value);
        return this;
    }

    /** Leaves a claim out, also {@code exp}, {@code iat}, {@code nbf} and {@code jti}. */
    public TokenBuilder without(String name) {
        claims.put(name, Absent.CLAIM);
        return this;
    }

    public TokenBuilder algorithm(TokenAlgorithm wanted) {
        this.algorithm = wanted;
        return this;
    }

    /** Any header, also {@code alg} and {@code kid}; the signature stays that of the builder's algorithm and key. */
    public TokenBuilder header(String name, Object value) {
        extraHeaders.put(name, value);
        return this;
    }

    /** The token, signed with the issuer's current key. */
    public String sign() {
        IssuerKey key = issuer.signingKey(algorithm);
        return assemble(algorithm.header(), key.keyId(), key::sign);
    }

    /** A personal token, {@code skt_…}, of which the issuer says all of this when it is asked. */
    public String personal() {
        return issuer.remember(datedClaims());
    }

    /** Signed with a key that the issuer never published, under a name that it never published. */
    public String signWithUnknownKey() {
        IssuerKey stranger = IssuerKey.generate("stranger-" + UUID.randomUUID(), algorithm);
        return assemble(algorithm.header(), stranger.keyId(), stranger::sign);
    }

    /** Signed with a stranger's key under the name of the issuer's own. */
    public String signWithForgedKey() {
        String keyId = issuer.signingKey(algorithm).keyId();
        IssuerKey stranger = IssuerKey.generate(keyId, algorithm);
        return assemble(algorithm.header(), keyId, stranger::sign);
    }

    /** {@code alg: none} and no signature. */
    public String unsigned() {
        return assemble("none", null, message -> new byte[0]);
    }

    /** HS256 with the issuer's public key as the shared secret: what a verifier accepts that lets the token choose how it is verified. */
    public String signWithPublicKeyAsSecret() {
        IssuerKey key = issuer.signingKey(algorithm);
        return assemble(
                "HS256", key.keyId(), message -> hmac(key.pair().getPublic().getEncoded(), message));
    }

    /** An honest token of which the last byte of the signature was changed. */
    public String signAndDamage() {
        String token = sign();
        byte[] signature = new Base64URL(token.substring(token.lastIndexOf('.') + 1)).decode();
        signature[signature.length - 1] ^= 1;
        return token.substring(0, token.lastIndexOf('.') + 1) + Base64URL.encode(signature);
    }

    private String assemble(String alg, @Nullable String keyId, Signer signer) {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("typ", "JWT");
        header.put("alg", alg);
        if (keyId != null) {
            header.put("kid", keyId);
        }
        header.putAll(extraHeaders);
        String message = encode(header) + "." + encode(datedClaims());
        return message + "." + Base64URL.encode(signer.sign(message.getBytes(StandardCharsets.US_ASCII)));
    }

    private Map<String, Object> datedClaims() {
        Instant now = clock.instant();
        Map<String, Object> dated = new LinkedHashMap<>();
        dated.put("iat", now.getEpochSecond());
        dated.put("nbf", now.getEpochSecond());
        dated.put("exp", now.plus(ttl).getEpochSecond());
        dated.put("jti", UUID.randomUUID().toString());
        dated.putAll(claims);
        dated.values().removeIf(Absent.CLAIM::equals);
        return dated;
    }

    private static String encode(Map<String, Object> json) {
        return Base64URL.encode(JSONObjectUtils.toJSONString(json)).toString();
    }

    private static byte[] hmac(byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Signer {
        byte[] sign(byte[] message);
    }

    private enum Absent {
        CLAIM
    }
}
