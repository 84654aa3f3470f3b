package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What an administrator learns of a token: all of a good one of the tenant, and of everything else the same nothing. */
class TokenIntrospectionApiTest {
    private final RunningServer server = RunningServer.shared();
    private final ApiClient admin = server.client(
            server.token("introspect").user("admin@introspect.test").sign());

    @Test
    void goodToken_isDescribed() {
        String token = server.token("introspect")
                .user("jo@introspect.test")
                .scope("secrets:read policies:read")
                .sign();
        JsonNode answer = admin.post("/v1/auth/introspect", Map.of("token", token))
                .expect(200)
                .json();
        assertThat(answer.propertyNames())
                .containsExactlyInAnyOrder(
                        "active", "identity_id", "identity_type", "tenant_id", "scopes", "expires_at", "issued_at");
        assertThat(answer.get("active").booleanValue()).isTrue();
        assertThat(answer.get("identity_id").stringValue()).isEqualTo("user:jo@introspect.test");
        assertThat(answer.get("identity_type").stringValue()).isEqualTo("user");
        assertThat(answer.get("tenant_id").stringValue()).isEqualTo("tnt_introspect");
        assertThat(answer.get("scopes").toString()).isEqualTo("[\"policies:read\",\"secrets:read\"]");
        Instant issued = Instant.parse(answer.get("issued_at").stringValue());
        assertThat(Instant.parse(answer.get("expires_at").stringValue())).isEqualTo(issued.plus(Duration.ofHours(1)));
    }

    @Test
    void personalToken_isDescribedAlike() {
        String token = server.token("introspect").user("jo@introspect.test").personal();
        assertThat(admin.post("/v1/auth/introspect", Map.of("token", token))
                        .expect(200)
                        .json()
                        .get("identity_id")
                        .stringValue())
                .isEqualTo("user:jo@introspect.test");
    }

    /** Of a token of another tenant, or another partner's claim on this one, no more is told than of no token. */
    @Test
    void everythingElse_isTheSameNothing() {
        var own = server.token("introspect").user("jo@introspect.test");
        String revoked = own.sign();
        admin.post("/v1/auth/revoke", Map.of("token", revoked)).expect(204);
        List<String> answers = new ArrayList<>();
        for (String token : List.of(
                revoked,
                own.signWithForgedKey(),
                own.signWithUnknownKey(),
                own.signWithPublicKeyAsSecret(),
                own.unsigned(),
                own.signAndDamage(),
                server.token("introspect")
                        .user("x@x.test")
                        .ttl(Duration.ofMinutes(-5))
                        .sign(),
                server.token("introspect").user("x@x.test").audience("other").sign(),
                server.token("introspect-other").user("x@x.test").sign(),
                server.token("introspect", "introspect-liar").user("x@x.test").sign(),
                server.token("introspect-other").user("x@x.test").personal(),
                "skt_not-a-token-of-anybody",
                "",
                "x",
                "x".repeat(30_000),
                "a.b.c")) {
            ApiClient.Reply reply =
                    admin.post("/v1/auth/introspect", Map.of("token", token)).expect(200);
            answers.add(reply.body());
            assertThat(reply.header("Content-Length")).isEqualTo("16");
        }
        assertThat(answers).containsOnly("{\"active\":false}");
    }

    @Test
    void malformedRequest_isRefused_andRepeatsNothing() {
        String canary =
                server.token("introspect").user("canary@introspect.test").sign();
        admin.post("/v1/auth/introspect", "{}").expect(422, "validation_error");
        for (Object body : List.of(
                Map.of("token", List.of(canary)),
                Map.of("tokn", canary),
                Map.of("token", canary, "hint", canary),
                canary,
                "{\"token\":\"" + canary)) {
            Leaks.assertNone(
                    "introspect",
                    admin.post("/v1/auth/introspect", body)
                            .expect(400, "invalid_request")
                            .body(),
                    canary);
        }
        admin.post("/v1/auth/introspect", Map.of("token", canary), "Content-Type", "text/plain")
                .expect(415, "unsupported_media_type");
    }

    @Test
    void entry_saysWhoseTokenItWas_andNotTheToken() {
        String token = server.token("introspect")
                .user("jo@introspect.test")
                .claim("jti", "seen-1")
                .sign();
        String requestId = AuditRow.newRequestId();
        admin.post("/v1/auth/introspect", Map.of("token", token), "X-Request-ID", requestId);
        AuditRow row = AuditRow.of(server, requestId).getFirst();
        assertThat(row.text("action")).isEqualTo("token_introspect");
        assertThat(row.text("extra_data"))
                .contains("\"active\": true")
                .contains("\"token_identity\": \"user:jo@introspect.test\"")
                .contains("\"jti\": \"seen-1\"");
        assertThat(row.columns().toString()).doesNotContain(token);
    }

    @Test
    void issuerThatIsAway_isNotAnswered_asIfTheTokenWereNone() {
        try (RunningServer own = RunningServer.start()) {
            ApiClient ownAdmin =
                    own.client(own.token("introspect").user("admin@x.test").sign());
            ownAdmin.get("/v1/auth/whoami").expect(200);
            own.issuer().down();
            ownAdmin.post("/v1/auth/introspect", Map.of("token", "skt_not-a-token-of-anybody"))
                    .expect(503, "service_unavailable");
        }
    }
}
