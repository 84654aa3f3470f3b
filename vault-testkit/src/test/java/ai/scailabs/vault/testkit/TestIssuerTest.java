package ai.scailabs.vault.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Nimbus verifies what the issuer signed without it. */
class TestIssuerTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final TestIssuer issuer = TestIssuer.start(Clock.fixed(NOW, ZoneOffset.UTC));
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterAll
    static void stop() {
        issuer.close();
    }

    @Test
    void honestTokens_verifyWithThePublishedKeys() throws Exception {
        assertThat(verifies(issuer.token().sign())).isTrue();
        assertThat(verifies(issuer.token().algorithm(TokenAlgorithm.ES256).sign()))
                .isTrue();
    }

    @Test
    void edDsaToken_verifiesWithThePublishedKey() throws Exception {
        SignedJWT token =
                SignedJWT.parse(issuer.token().algorithm(TokenAlgorithm.EDDSA).sign());
        byte[] raw =
                published(token.getHeader().getKeyID()).toOctetKeyPair().getX().decode();
        byte[] prefix = java.util.HexFormat.of().parseHex("302a300506032b6570032100");
        byte[] encoded = java.nio.ByteBuffer.allocate(44).put(prefix).put(raw).array();
        java.security.Signature signature = java.security.Signature.getInstance("Ed25519");
        signature.initVerify(java.security.KeyFactory.getInstance("Ed25519")
                .generatePublic(new java.security.spec.X509EncodedKeySpec(encoded)));
        signature.update(token.getSigningInput());

        assertThat(signature.verify(token.getSignature().decode())).isTrue();
    }

    @Test
    void claims_areThoseAskedFor() throws Exception {
        JWTClaimsSet claims = SignedJWT.parse(issuer.token()
                        .tenant("tnt_acme")
                        .partner("ptn_a")
                        .serviceAccount("mailer")
                        .scope("secrets:read secrets:list")
                        .groups("group:ops")
                        .mfaVerifiedAt(NOW)
                        .ttl(Duration.ofMinutes(5))
                        .without("nbf")
                        .sign())
                .getJWTClaimsSet();

        assertThat(claims.getIssuer()).isEqualTo(issuer.issuer());
        assertThat(claims.getAudience()).containsExactly("scaivault");
        assertThat(claims.getSubject()).isEqualTo("mailer");
        assertThat(claims.getStringClaim("client_id")).isEqualTo("mailer");
        assertThat(claims.getStringClaim("token_type")).isEqualTo("client_credentials");
        assertThat(claims.getStringClaim("tenant_id")).isEqualTo("tnt_acme");
        assertThat(claims.getStringListClaim("groups")).containsExactly("group:ops");
        assertThat(claims.getLongClaim("mfa_verified_at")).isEqualTo(NOW.getEpochSecond());
        assertThat(claims.getExpirationTime().toInstant()).isEqualTo(NOW.plusSeconds(300));
        assertThat(claims.getNotBeforeTime()).isNull();
    }

    @Test
    void dishonestTokens_doNotVerify() throws Exception {
        assertThat(verifies(issuer.token().signWithForgedKey())).isFalse();
        assertThat(verifies(issuer.token().signAndDamage())).isFalse();
        assertThat(published(SignedJWT.parse(issuer.token().signWithUnknownKey())
                        .getHeader()
                        .getKeyID()))
                .isNull();
        assertThat(PlainJWT.parse(issuer.token().unsigned()).getJWTClaimsSet().getIssuer())
                .isEqualTo(issuer.issuer());
        assertThat(SignedJWT.parse(issuer.token().signWithPublicKeyAsSecret())
                        .getHeader()
                        .getAlgorithm()
                        .getName())
                .isEqualTo("HS256");
    }

    @Test
    void personalToken_isDescribedToTheServiceAlone_untilItIsWithdrawn() throws Exception {
        String token = issuer.token().tenant("tnt_acme").user("jo@example.test").personal();
        assertThat(token).matches("skt_[A-Za-z0-9_-]{32}");
        assertThat(introspect(token, TestIssuer.CLIENT_SECRET).body())
                .contains("\"active\":true")
                .contains("\"tenant_id\":\"tnt_acme\"");
        assertThat(introspect(token, "wrong").statusCode()).isEqualTo(401);

        issuer.withdraw(token);
        assertThat(introspect(token, TestIssuer.CLIENT_SECRET).body()).isEqualTo("{\"active\":false}");
    }

    private HttpResponse<String> introspect(String token, String secret) throws Exception {
        String login = TestIssuer.CLIENT_ID + ":" + secret;
        return http.send(
                HttpRequest.newBuilder(issuer.introspectionUri())
                        .header(
                                "Authorization",
                                "Basic "
                                        + java.util.Base64.getEncoder()
                                                .encodeToString(
                                                        login.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                        .POST(HttpRequest.BodyPublishers.ofString("token=" + token))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void rotation_keepsOldTokensUntilTheirKeysAreRetired() throws Exception {
        String before = issuer.token().sign();

        issuer.rotate();
        assertThat(verifies(before)).isTrue();
        assertThat(verifies(issuer.token().sign())).isTrue();

        issuer.retireOldKeys();
        assertThat(published(SignedJWT.parse(before).getHeader().getKeyID())).isNull();
        assertThat(verifies(issuer.token().sign())).isTrue();
    }

    @Test
    void outage_refusesConnectionsAndEndsOnTheSamePort() throws Exception {
        issuer.down();
        assertThatThrownBy(() -> get(issuer.jwksUri())).isInstanceOf(ConnectException.class);

        issuer.up();
        assertThat(get(issuer.discoveryUri()).body()).contains("\"issuer\":\"" + issuer.issuer() + "\"");

        issuer.answerWith(503);
        int before = issuer.keyRequests();
        assertThat(get(issuer.jwksUri()).statusCode()).isEqualTo(503);
        assertThat(issuer.keyRequests()).isEqualTo(before + 1);
        issuer.answerWith(200);
    }

    private boolean verifies(String token) throws Exception {
        SignedJWT parsed = SignedJWT.parse(token);
        JWK key = published(parsed.getHeader().getKeyID());
        return parsed.verify(verifier(key));
    }

    private static JWSVerifier verifier(JWK key) throws JOSEException {
        return switch (key.getKeyType().getValue()) {
            case "RSA" -> new RSASSAVerifier(key.toRSAKey());
            case "EC" -> new ECDSAVerifier(key.toECKey());
            default -> throw new IllegalStateException("no verifier for " + key.getKeyType());
        };
    }

    private JWK published(String keyId) throws IOException, InterruptedException, ParseException {
        return JWKSet.parse(get(issuer.jwksUri()).body()).getKeyByKeyId(keyId);
    }

    private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
