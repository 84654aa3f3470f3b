package ai.scailabs.vault.dev.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.dev.folder.Credentials;
import ai.scailabs.vault.dev.identity.DevIdentity;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevIssuerTest {
    @TempDir
    static Path folder;

    private static int port;
    private static DevIssuer issuer;

    @BeforeAll
    static void start() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        issuer = started();
    }

    @AfterAll
    static void stop() {
        issuer.close();
    }

    @Test
    void service_getsItsOwnClaims() throws Exception {
        JWTClaimsSet claims = verified(issuer.tokens().mint(DevIdentity.WRITER, Map.of()));

        assertThat(claims.getIssuer()).isEqualTo(issuer.issuer());
        assertThat(claims.getAudience()).containsExactly("scaivault");
        assertThat(claims.getSubject()).isEqualTo("writer");
        assertThat(claims.getStringClaim("client_id")).isEqualTo("writer");
        assertThat(claims.getStringClaim("token_type")).isEqualTo("client_credentials");
        assertThat(claims.getStringClaim("tenant_id")).isEqualTo("tnt_acme-web");
        assertThat(claims.getStringClaim("partner_id")).isEqualTo("ptn_acme");
        assertThat(claims.getStringClaim("scope"))
                .isEqualTo("secrets:read secrets:write secrets:delete secrets:list secrets:rotate");
        assertThat(claims.getJWTID()).isNotBlank();
        assertThat(validity(claims)).isEqualTo(Duration.ofHours(24));
    }

    @Test
    void person_isNoServiceAccount() throws Exception {
        JWTClaimsSet claims = verified(issuer.tokens().mint(DevIdentity.ADMIN, Map.of()));

        assertThat(claims.getStringClaim("email")).isEqualTo("admin@acme-web.example");
        assertThat(claims.getStringClaim("role")).isEqualTo("tenant_admin");
        assertThat(claims.getClaims()).doesNotContainKeys("token_type", "client_id");
    }

    @Test
    void request_bendsScopeClaimsAndValidity() throws Exception {
        Instant verifiedAt = Instant.parse("2026-01-01T00:00:00Z");
        JWTClaimsSet claims = verified(issuer.tokens()
                .mint(
                        DevIdentity.READER,
                        Map.of(
                                "scope", "secrets:list audit:read",
                                "ttl", "10m",
                                "claim.groups", "[\"group:ops\"]",
                                "claim.mfa_verified_at", Long.toString(verifiedAt.getEpochSecond()),
                                "claim.tenant_id", "tnt_other",
                                "claim.partner_id", "null")));

        assertThat(claims.getStringClaim("scope").split(" ")).containsExactlyInAnyOrder("secrets:list", "audit:read");
        assertThat(validity(claims)).isEqualTo(Duration.ofMinutes(10));
        assertThat(claims.getStringListClaim("groups")).isEqualTo(List.of("group:ops"));
        assertThat(claims.getLongClaim("mfa_verified_at")).isEqualTo(verifiedAt.getEpochSecond());
        assertThat(claims.getStringClaim("tenant_id")).isEqualTo("tnt_other");
        assertThat(claims.getClaims()).doesNotContainKey("partner_id");
    }

    @Test
    void negativeTtl_isATokenThatExpired() throws Exception {
        JWTClaimsSet claims = verified(issuer.tokens().mint(DevIdentity.READER, Map.of("ttl", "-5m")));

        assertThat(claims.getExpirationTime().toInstant())
                .isBefore(Instant.now().minusSeconds(290));
        assertThat(claims.getIssueTime()).isBefore(claims.getExpirationTime());
    }

    @Test
    void nonsenseTtl_isRefused() {
        assertThatThrownBy(() -> issuer.tokens().mint(DevIdentity.READER, Map.of("ttl", "soon")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("400");
    }

    @Test
    void personalToken_isKnownToTheIssuerAlone() throws Exception {
        String token = issuer.tokens()
                .mint(DevIdentity.ADMIN, Map.of("personal", "true", "scope", "secrets:read admin", "ttl", "10m"));
        assertThat(token).matches("skt_[A-Za-z0-9_-]{40}");

        String answer = introspect(token);
        assertThat(answer)
                .contains("\"active\":true")
                .contains("\"tenant_id\":\"tnt_acme-web\"")
                .contains("\"email\":\"admin@acme-web.example\"")
                .contains("\"aud\":[\"scaivault\"]")
                .contains("\"iss\":\"" + issuer.issuer() + "\"")
                .containsPattern("\"scope\":\"(secrets:read admin|admin secrets:read)\"")
                .containsPattern("\"exp\":[0-9]+");
        assertThat(introspect(token + "x")).isEqualTo("{\"active\":false}");
    }

    @Test
    void personalTokenOfAService_isRefused() {
        assertThatThrownBy(() -> issuer.tokens().mint(DevIdentity.READER, Map.of("personal", "true")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("400");
    }

    private static String introspect(String token) throws Exception {
        String metadata = get(issuer.issuer() + "/.well-known/openid-configuration");
        String url = metadata.replaceAll("(?s).*\"introspection_endpoint\":\"([^\"]*)\".*", "$1");
        String login = DevIssuer.SERVICE + ":"
                + DevIssuer.serviceSecret(Credentials.open(folder.resolve("credentials"), new SecureRandom()));
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)))
                .POST(HttpRequest.BodyPublishers.ofString("token=" + token))
                .build();
        HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }

    @Test
    void tokens_outliveARestart() throws Exception {
        String before = issuer.tokens().mint(DevIdentity.READER, Map.of());

        issuer.close();
        issuer = started();

        assertThat(verified(before).getSubject()).isEqualTo("reader");
    }

    @Test
    void filesWithSecrets_areTheOwnersAlone() throws Exception {
        for (String file : List.of("credentials", "issuer-key.json", "clients/reader")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(file))))
                    .as(file)
                    .isEqualTo("rw-------");
        }
    }

    private static DevIssuer started() throws IOException {
        Credentials credentials = Credentials.open(folder.resolve("credentials"), new SecureRandom());
        return DevIssuer.start(folder, credentials, port, "scaivault");
    }

    /** The claims, after checking the signature with the keys to which discovery leads. */
    private static JWTClaimsSet verified(String token) throws Exception {
        SignedJWT parsed = SignedJWT.parse(token);
        String metadata = get(issuer.issuer() + "/.well-known/openid-configuration");
        assertThat(metadata).contains("\"issuer\":\"" + issuer.issuer() + "\"");
        String keysUrl = metadata.replaceAll("(?s).*\"jwks_uri\":\"([^\"]*)\".*", "$1");
        RSASSAVerifier verifier = new RSASSAVerifier(JWKSet.parse(get(keysUrl))
                .getKeyByKeyId(parsed.getHeader().getKeyID())
                .toRSAKey());
        assertThat(parsed.verify(verifier)).isTrue();
        return parsed.getJWTClaimsSet();
    }

    private static Duration validity(JWTClaimsSet claims) {
        return Duration.between(
                claims.getIssueTime().toInstant(), claims.getExpirationTime().toInstant());
    }

    private static String get(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
