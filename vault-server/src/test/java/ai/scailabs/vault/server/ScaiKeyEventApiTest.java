package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.testkit.EventBuilder;
import ai.scailabs.vault.testkit.TokenBuilder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Events over the wire, and what becomes of whom they suspend, on two instances. */
@Timeout(180)
class ScaiKeyEventApiTest {
    private static final String WEBHOOK = "/v1/identity/webhooks/scaikey";
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(2);

    private static RunningServer server;
    private static RunningServer other;

    @BeforeAll
    static void start() {
        server = RunningServer.shared();
        other = server.another();
    }

    @AfterAll
    static void stop() {
        other.close();
    }

    private static TokenBuilder person(String tenant, String name) {
        return server.token(tenant, "events")
                .user(name + "@" + tenant + ".test")
                .subject("usr_" + name);
    }

    private static EventBuilder event(String type, String tenant, String name) {
        return EventBuilder.of(type, "user", "usr_" + name).tenant("tnt_" + tenant, "ptn_events");
    }

    /** A token that was issued some seconds after what is told now. */
    private static String issuedLater(TokenBuilder token) {
        return token.claim("iat", Clock.systemUTC().instant().getEpochSecond() + 20)
                .claim("nbf", Clock.systemUTC().instant().getEpochSecond())
                .sign();
    }

    private static void assertFollows(ApiClient there, int status, String code) {
        long told = System.nanoTime();
        ApiClient.Reply reply = there.get("/v1/auth/whoami");
        while (reply.status() != status) {
            assertThat(Duration.ofNanos(System.nanoTime() - told)).isLessThan(LONGEST_DELAY);
            reply = there.get("/v1/auth/whoami");
        }
        reply.expect(status, code);
    }

    @Test
    void suspendedUser_isRefusedAtOnceHere_within2sThere_alsoWithLaterAndPersonalTokens_untilActivated() {
        server.send(event("user.created", "ev-user", "jo").data("email", "jo@ev-user.test"))
                .expect(200);
        ApiClient here = server.client(person("ev-user", "jo").sign());
        ApiClient there = new ApiClient(other.port(), here.token());
        ApiClient personal = server.client(person("ev-user", "jo").personal());
        ApiClient bystander = server.client(person("ev-user", "mia").sign());
        for (ApiClient client : List.of(here, there, personal, bystander)) {
            client.get("/v1/auth/whoami").expect(200);
        }
        server.send(event("user.suspended", "ev-user", "jo")).expect(200);
        here.get("/v1/auth/whoami").expect(401, "token_revoked");
        here.get("/v1/secrets/app/db").expect(401, "token_revoked");
        personal.get("/v1/auth/whoami").expect(401, "token_revoked");
        assertFollows(there, 401, "token_revoked");
        ApiClient later = server.client(issuedLater(person("ev-user", "jo")));
        later.get("/v1/auth/whoami").expect(401, "token_revoked");
        server.client(issuedLater(server.token("ev-user", "events").user("jo@ev-user.test")))
                .get("/v1/auth/whoami")
                .expect(401, "token_revoked");
        server.client(issuedLater(server.token("ev-user", "events").subject("usr_jo")))
                .get("/v1/auth/whoami")
                .expect(401, "token_revoked");
        bystander.get("/v1/auth/whoami").expect(200);
        assertThat(bystander
                        .post("/v1/auth/introspect", Map.of("token", String.valueOf(later.token())))
                        .expect(200)
                        .body())
                .isEqualTo("{\"active\":false}");

        server.send(event("user.activated", "ev-user", "jo")).expect(200);
        later.get("/v1/auth/whoami").expect(200);
        here.get("/v1/auth/whoami").expect(401, "token_revoked");
    }

    @Test
    void deletedUser_andChangedPassword() {
        ApiClient deleted = server.client(person("ev-gone", "sam").sign());
        ApiClient changed = server.client(person("ev-gone", "eve").sign());
        deleted.get("/v1/auth/whoami").expect(200);
        changed.get("/v1/auth/whoami").expect(200);
        // Nobody here knew either: the id is enough.
        server.send(event("user.deleted", "ev-gone", "sam")).expect(200);
        server.send(event("user.password_changed", "ev-gone", "eve")).expect(200);
        deleted.get("/v1/auth/whoami").expect(401, "token_revoked");
        changed.get("/v1/auth/whoami").expect(401, "token_revoked");
        server.client(issuedLater(person("ev-gone", "sam")))
                .get("/v1/auth/whoami")
                .expect(401, "token_revoked");
        server.client(issuedLater(person("ev-gone", "eve")))
                .get("/v1/auth/whoami")
                .expect(200);
    }

    @Test
    void suspendedTenant_isRefusedAtOnceHere_within2sThere_alsoForWhoVisits_andIsLetInAgain() {
        ApiClient here = server.client(person("ev-tenant", "jo").sign());
        ApiClient there = new ApiClient(other.port(), here.token());
        ApiClient visitor =
                server.client(person("ev-home", "mia").role("partner_admin").sign());
        ApiClient visitorThere = new ApiClient(other.port(), visitor.token());
        for (ApiClient client : List.of(here, there)) {
            client.get("/v1/auth/whoami").expect(200);
        }
        visitor.get("/v1/t/tnt_ev-tenant/policies").expect(200);
        visitorThere.get("/v1/t/tnt_ev-tenant/policies").expect(200);

        server.send(tenant("ev-tenant", "SUSPENDED")).expect(200);
        here.get("/v1/auth/whoami").expect(403, "tenant_access_denied");
        here.get("/v1/secrets/app/db").expect(403, "tenant_access_denied");
        visitor.get("/v1/t/tnt_ev-tenant/policies").expect(403, "tenant_access_denied");
        assertFollows(there, 403, "tenant_access_denied");
        visitorThere.get("/v1/t/tnt_ev-tenant/policies").expect(403, "tenant_access_denied");
        visitor.get("/v1/auth/whoami").expect(200);

        server.send(tenant("ev-tenant", "ACTIVE")).expect(200);
        long active = System.nanoTime();
        while (here.get("/v1/auth/whoami").status() != 200) {
            assertThat(Duration.ofNanos(System.nanoTime() - active)).isLessThan(Duration.ofSeconds(7));
        }
    }

    private static EventBuilder tenant(String name, String status) {
        return EventBuilder.of("tenant.updated", "tenant", "tnt_" + name)
                .tenant("tnt_" + name, "ptn_events")
                .data("status", status);
    }

    @Test
    void suspendedPartner_isRefusedWithAllItsTenants() {
        ApiClient one =
                server.client(server.token("evp-one", "evp").user("jo@evp.test").sign());
        ApiClient two =
                server.client(server.token("evp-two", "evp").user("jo@evp.test").sign());
        ApiClient stranger = server.client(
                server.token("evp-three", "evp-other").user("jo@evp.test").sign());
        for (ApiClient client : List.of(one, two, stranger)) {
            client.get("/v1/auth/whoami").expect(200);
        }
        server.send(EventBuilder.of("partner.updated", "partner", "ptn_evp")
                        .with("partner_id", "ptn_evp")
                        .data("status", "SUSPENDED"))
                .expect(200);
        one.get("/v1/auth/whoami").expect(403, "tenant_access_denied");
        two.get("/v1/auth/whoami").expect(403, "tenant_access_denied");
        stranger.get("/v1/auth/whoami").expect(200);
        server.client(server.token("evp-new", "evp").user("jo@evp.test").sign())
                .get("/v1/auth/whoami")
                .expect(403, "tenant_access_denied");
    }

    @Test
    void forgedOldReplayedAndOversized_areRefused_andRecorded() {
        EventBuilder event = event("user.suspended", "ev-bad", "jo");
        ApiClient anybody = server.client(null);
        String requestId = AuditRow.newRequestId();
        anybody.post(WEBHOOK, event.body(), with(event.headers("not the secret at all"), "X-Request-ID", requestId))
                .expect(401, "token_invalid");
        assertThat(AuditRow.of(server, requestId)).singleElement().satisfies(row -> {
            assertThat(row.text("tenant_id")).isEqualTo(TenantId.UNIDENTIFIED.value());
            assertThat(row.text("error_code")).isEqualTo("token_invalid");
        });
        anybody.post(WEBHOOK, event.body()).expect(401, "authentication_required");
        // A token is no signature, whoever's it is.
        server.owner("ev-bad", "events").post(WEBHOOK, event.body()).expect(401, "authentication_required");
        anybody.post(WEBHOOK, event.body() + " ", event.headers(RunningServer.EVENT_SECRET))
                .expect(401, "token_invalid");
        Instant now = Clock.systemUTC().instant();
        event.signedAt(now.minusSeconds(310));
        anybody.post(WEBHOOK, event.body(), event.headers(RunningServer.EVENT_SECRET))
                .expect(401, "token_expired");
        event.signedAt(now);
        server.send(event).expect(200);
        server.send(event).expect(409, "conflict");
        new ApiClient(other.port(), null)
                .post(WEBHOOK, event.body(), event.headers(RunningServer.EVENT_SECRET))
                .expect(409, "conflict");

        EventBuilder large = event("user.updated", "ev-bad", "jo").data("more", "x".repeat(70_000));
        server.send(large).expect(413, "payload_too_large");
        EventBuilder text = event("user.updated", "ev-bad", "jo");
        anybody.post(WEBHOOK, text.body(), with(text.headers(RunningServer.EVENT_SECRET), "Content-Type", "text/plain"))
                .expect(415, "unsupported_media_type");
        anybody.post(WEBHOOK + "?x=1", text.body(), text.headers(RunningServer.EVENT_SECRET))
                .expect(400, "invalid_request");
        anybody.post(
                        "/v1/t/tnt_ev-bad/identity/webhooks/scaikey",
                        text.body(),
                        text.headers(RunningServer.EVENT_SECRET))
                .expect(404, "not_found");
        anybody.get(WEBHOOK).expect(405, "method_not_allowed");
    }

    private static String[] with(String[] headers, String name, String value) {
        String[] all = java.util.Arrays.copyOf(headers, headers.length + 2);
        all[headers.length] = name;
        all[headers.length + 1] = value;
        return all;
    }

    @Test
    void event_isToldInTheLogOfItsTenant_withoutWhatItSays() {
        EventBuilder event = event("user.suspended", "ev-log", "jo").data("email", "secret-address@ev-log.test");
        String requestId = AuditRow.newRequestId();
        server.client(null)
                .post(WEBHOOK, event.body(), with(event.headers(RunningServer.EVENT_SECRET), "X-Request-ID", requestId))
                .expect(200);
        assertThat(AuditRow.of(server, requestId)).singleElement().satisfies(row -> {
            assertThat(row.text("tenant_id")).isEqualTo("tnt_ev-log");
            assertThat(row.text("identity_id")).isEqualTo("system:scaikey");
            assertThat(row.text("action")).isEqualTo("identity_event");
            assertThat(row.text("secret_path")).isEqualTo("usr_jo");
            assertThat(row.text("extra_data"))
                    .contains("user.suspended", event.id(), "applied", "SUSPENDED")
                    .doesNotContain("secret-address");
        });
    }
}
