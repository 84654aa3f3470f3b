package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.access.revocation.RevocationService;
import ai.scailabs.vault.testkit.TokenAlgorithm;
import ai.scailabs.vault.testkit.TokenBuilder;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A token that was revoked counts nowhere any more, and nobody learns anything from revoking. */
@Timeout(120)
class TokenRevocationApiTest {
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(2);
    private static final BigInteger P256_ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

    private final RunningServer server = RunningServer.shared();

    private ApiClient admin(String tenant) {
        return server.client(server.token(tenant).user("admin@revoke.test").sign());
    }

    private TokenBuilder service(String tenant, String name) {
        return server.token(tenant).serviceAccount(name);
    }

    private static void assertRevoked(ApiClient client) {
        ApiClient.Reply reply = client.get("/v1/auth/whoami").expect(401, "token_revoked");
        assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer");
    }

    @Test
    void revokedToken_isRefusedAtOnce_whereItWasRememberedToo() {
        ApiClient victim = server.client(service("revoke-token", "mailer").sign());
        ApiClient other = server.client(service("revoke-token", "mailer").sign());
        victim.get("/v1/auth/whoami").expect(200);
        ApiClient.Reply reply = admin("revoke-token")
                .post("/v1/auth/revoke", Map.of("token", String.valueOf(victim.token())))
                .expect(204);

        assertThat(reply.body()).isEmpty();
        assertRevoked(victim);
        victim.get("/v1/secrets/app/db").expect(401, "token_revoked");
        victim.get("/v1/policies").expect(401, "token_revoked");
        other.get("/v1/auth/whoami").expect(200);
        admin("revoke-token")
                .post("/v1/auth/revoke", Map.of("token", String.valueOf(victim.token())))
                .expect(204);
    }

    /** Who holds an ES256 token can make another one of it that verifies as well: (r, n - s) in the place of (r, s). */
    @Test
    void tokenWithoutId_isRevokedByItself_andSoIsEveryOtherSpellingOfIt() {
        String bare = service("revoke-bare", "mailer")
                .without("jti")
                .algorithm(TokenAlgorithm.ES256)
                .sign();
        ApiClient victim = server.client(bare);
        ApiClient twin = server.client(twinOf(bare));
        ApiClient other =
                server.client(service("revoke-bare", "mailer2").without("jti").sign());
        victim.get("/v1/auth/whoami").expect(200);
        twin.get("/v1/auth/whoami").expect(200);
        admin("revoke-bare").post("/v1/auth/revoke", Map.of("token", bare)).expect(204);
        assertRevoked(victim);
        assertRevoked(twin);
        assertRevoked(server.client(twinOf(twinOf(bare))));
        other.get("/v1/auth/whoami").expect(200);
    }

    private static String twinOf(String token) {
        int dot = token.lastIndexOf('.') + 1;
        byte[] signature = Base64.getUrlDecoder().decode(token.substring(dot));
        byte[] mirrored =
                P256_ORDER.subtract(new BigInteger(1, signature, 32, 32)).toByteArray();
        Arrays.fill(signature, 32, 64, (byte) 0);
        int length = Math.min(32, mirrored.length);
        System.arraycopy(mirrored, mirrored.length - length, signature, 64 - length, length);
        return token.substring(0, dot) + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    }

    @Test
    void tokenId_andIdentity_areRevoked() {
        ApiClient byId = server.client(
                service("revoke-id", "mailer").claim("jti", "token-1").sign());
        byId.get("/v1/auth/whoami").expect(200);
        admin("revoke-id").post("/v1/auth/revoke", Map.of("jti", "token-1")).expect(204);
        assertRevoked(byId);

        ApiClient one = server.client(service("revoke-id", "worker").sign());
        ApiClient two = server.client(service("revoke-id", "worker").sign());
        ApiClient bystander = server.client(service("revoke-id", "bystander").sign());
        one.get("/v1/auth/whoami").expect(200);
        admin("revoke-id")
                .post("/v1/auth/revoke", Map.of("identity_id", "sa:worker"))
                .expect(204);
        assertRevoked(one);
        assertRevoked(two);
        bystander.get("/v1/auth/whoami").expect(200);
        long later = Clock.systemUTC().instant().plusSeconds(2).getEpochSecond();
        server.client(service("revoke-id", "worker").claim("iat", later).sign())
                .get("/v1/auth/whoami")
                .expect(200);
    }

    @Test
    void personalToken_isRevoked_alsoWhileItsIssuerIsAway() {
        try (RunningServer own = RunningServer.start()) {
            ApiClient admin =
                    own.client(own.token("revoke-skt").user("a@revoke.test").sign());
            ApiClient victim =
                    own.client(own.token("revoke-skt").user("b@revoke.test").personal());
            ApiClient other =
                    own.client(own.token("revoke-skt").user("b@revoke.test").personal());
            admin.get("/v1/auth/whoami").expect(200);
            victim.get("/v1/auth/whoami").expect(200);
            other.get("/v1/auth/whoami").expect(200);
            own.issuer().down();
            admin.post("/v1/auth/revoke", Map.of("token", String.valueOf(victim.token())))
                    .expect(204);
            assertRevoked(victim);
            other.get("/v1/auth/whoami").expect(200);
            own.client("skt_never-seen-before-0000").get("/v1/auth/whoami").expect(503, "service_unavailable");
        }
    }

    /** Advisories CVE-2026-40264 and its like. */
    @Test
    void tokensOfAnotherTenant_areNotReached_andNothingTellsSo() {
        ApiClient stranger = admin("revoke-stranger");
        String foreign =
                service("revoke-victim", "mailer").claim("jti", "foreign-1").sign();
        String personal = server.token("revoke-victim").user("jo@revoke.test").personal();
        String none = service("revoke-stranger", "mailer").signWithForgedKey();
        String expired =
                service("revoke-stranger", "mailer").ttl(Duration.ofMinutes(-5)).sign();
        for (Object body : List.of(
                Map.of("token", foreign),
                Map.of("token", personal),
                Map.of("token", none),
                Map.of("token", expired),
                Map.of("token", "not a token"),
                Map.of("token", ""),
                Map.of("token", "x".repeat(20_000)),
                Map.of("jti", "foreign-1"),
                Map.of("identity_id", "sa:mailer"))) {
            ApiClient.Reply reply = stranger.post("/v1/auth/revoke", body).expect(204);
            assertThat(reply.body()).isEmpty();
        }
        server.client(foreign).get("/v1/auth/whoami").expect(200);
        server.client(personal).get("/v1/auth/whoami").expect(200);
    }

    @Test
    void malformedRequests_areRefused_andRepeatNothing() {
        ApiClient admin = admin("revoke-malformed");
        String canary = service("revoke-malformed", "canary").sign();
        for (Object body : List.of(
                "{}",
                Map.of("token", canary, "jti", "x"),
                Map.of("jti", "x", "identity_id", "sa:x"),
                Map.of("tokn", canary),
                Map.of("token", List.of(canary)),
                "{\"token\":\"" + canary + "\"",
                "[\"" + canary + "\"]",
                "{\"token\":\"" + canary + "\",\"token\":\"" + canary + "\"}",
                canary)) {
            ApiClient.Reply reply = admin.post("/v1/auth/revoke", body).expect(400, "invalid_request");
            Leaks.assertNone("revoke", reply.body(), canary);
        }
        for (Map<String, ?> body : List.of(
                Map.of("jti", ""),
                Map.of("jti", "a b"),
                Map.of("jti", "a\u00a0"),
                Map.of("jti", "x".repeat(257)),
                Map.of("identity_id", "jo@example.test"),
                Map.of("identity_id", "group:ops"),
                Map.of("identity_id", "system:purge"),
                Map.of("identity_id", "user:"),
                Map.of("identity_id", " user:jo"))) {
            admin.post("/v1/auth/revoke", body).expect(422, "validation_error");
        }
        server.client(canary).get("/v1/auth/whoami").expect(200);
    }

    @Test
    void onlyAdministrators_revoke() {
        ApiClient reader = server.client(
                service("revoke-scope", "reader").scope("secrets:read").sign());
        for (String operation : List.of("revoke", "introspect")) {
            reader.post("/v1/auth/" + operation, Map.of("token", "x")).expect(403, "insufficient_scope");
        }
    }

    @Test
    void revocation_andTheUseOfARevokedToken_areRecordedWithoutTheToken() {
        String token =
                service("revoke-audit", "mailer").claim("jti", "audited-1").sign();
        String revoking = AuditRow.newRequestId();
        admin("revoke-audit").post("/v1/auth/revoke", Map.of("token", token), "X-Request-ID", revoking);
        AuditRow row = AuditRow.of(server, revoking).getFirst();
        assertThat(row.text("action")).isEqualTo("token_revoke");
        assertThat(row.text("identity_id")).isEqualTo("user:admin@revoke.test");
        assertThat(row.text("extra_data")).contains("\"jti\": \"audited-1\"");
        assertThat(row.columns().toString()).doesNotContain(token);

        // By the tenant of the token, whose administrators want to know.
        String using = AuditRow.newRequestId();
        server.client(token).get("/v1/secrets/app/db", "X-Request-ID", using).expect(401, "token_revoked");
        AuditRow use = AuditRow.of(server, using).getFirst();
        assertThat(use.text("tenant_id")).isEqualTo("tnt_revoke-audit");
        assertThat(use.text("action")).isEqualTo("read");
        assertThat(use.text("identity_id")).isEqualTo("sa:mailer");
        assertThat(use.text("error_code")).isEqualTo("token_revoked");
    }

    @Test
    void tooManyRevocations_areRefused() {
        Sql.superuser(server)
                .update("insert into token_revocation (tenant_id, kind, subject, revoked_at, revoked_by, expires_at)"
                        + " select 'tnt_revoke-many', 'token_id', 't' || n, now(), 'user:a', now() + interval '1 day'"
                        + " from generate_series(1, " + RevocationService.MAX_REVOCATIONS + ") n");
        ApiClient.Reply reply = admin("revoke-many")
                .post("/v1/auth/revoke", Map.of("jti", "one-more"))
                .expect(409, "conflict");
        assertThat(reply.json().at("/error/details/max_revocations").intValue())
                .isEqualTo(RevocationService.MAX_REVOCATIONS);
        admin("revoke-many").post("/v1/auth/revoke", Map.of("jti", "t1")).expect(204);
    }

    /** Every endpoint asks the same question at the same place; two seconds are for all of them. */
    @Test
    void anotherInstance_refusesWithinTwoSeconds() {
        try (RunningServer another = server.another()) {
            String token = service("revoke-spread", "mailer").sign();
            ApiClient elsewhere = new ApiClient(another.port(), token);
            elsewhere.get("/v1/auth/whoami").expect(200);

            admin("revoke-spread")
                    .post("/v1/auth/revoke", Map.of("token", token))
                    .expect(204);
            long committed = System.nanoTime();
            int status = 200;
            while (status == 200 && System.nanoTime() - committed < LONGEST_DELAY.toNanos()) {
                status = elsewhere.get("/v1/auth/whoami").status();
            }
            assertRevoked(elsewhere);
            assertThat(Duration.ofNanos(System.nanoTime() - committed)).isLessThan(LONGEST_DELAY.plusSeconds(1));
        }
    }
}
