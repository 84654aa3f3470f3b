package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Trails and sums of the log, as callers ask for them. */
class AuditApiTest {
    private static final RunningServer SERVER = RunningServer.shared();
    private static ApiClient owner;
    private static ApiClient neighbour;

    @BeforeAll
    static void act() {
        owner = SERVER.owner("audit-api");
        neighbour = SERVER.owner("audit-api-neighbour");
        for (ApiClient each : List.of(owner, neighbour)) {
            each.put("/v1/secrets/team/watched", Map.of("data", Map.of("value", "kept")))
                    .expect(201);
        }
        ApiClient mailer = SERVER.member(owner, "audit-api", "acme", "mailer", "team/*", "read");
        for (int i = 0; i < 4; i++) {
            mailer.get("/v1/secrets/team/watched").expect(200);
        }
        mailer.get("/v1/secrets/other/forbidden").expect(403, "access_denied");
        mailer.delete("/v1/secrets/team/watched").expect(403, "access_denied");
        owner.put("/v1/secrets/team/watched-too", Map.of("data", Map.of("value", "kept")))
                .expect(201);
    }

    @Test
    void trailOfASecret_isThatOfItsPathAndTenant_newestFirst_withNumbers() {
        JsonNode trail = owner.get("/v1/audit/secrets/team/watched?to=" + now())
                .expect(200)
                .json();
        assertThat(trail.get("path").stringValue()).isEqualTo("team/watched");
        List<String> done = trail.get("logs")
                .valueStream()
                .filter(entry -> !entry.get("action").stringValue().equals("audit_read"))
                .map(entry -> entry.get("action").stringValue() + " "
                        + entry.get("identity_id").stringValue().split("@")[0] + " "
                        + entry.get("success").booleanValue())
                .toList();
        assertThat(done)
                .containsExactly(
                        "delete sa:mailer false",
                        "read sa:mailer true",
                        "read sa:mailer true",
                        "read sa:mailer true",
                        "read sa:mailer true",
                        "write user:owner true");
        assertThat(trail.get("logs")
                        .valueStream()
                        .map(entry -> entry.get("tenant_id").stringValue()))
                .containsOnly("tnt_audit-api");
        JsonNode summary = trail.get("summary");
        assertThat(summary.get("period_days").intValue()).isEqualTo(30);
        assertThat(summary.get("complete").booleanValue()).isTrue();
        assertThat(summary.at("/actions/read").intValue()).isEqualTo(4);
        assertThat(summary.at("/actions/write").intValue()).isEqualTo(1);
        assertThat(summary.get("failed_events").intValue()).isEqualTo(1);
        assertThat(summary.get("distinct_identities").intValue()).isEqualTo(2);
        assertThat(summary.get("last_failure_at").stringValue())
                .isEqualTo(trail.get("logs")
                        .valueStream()
                        .filter(entry -> !entry.get("success").booleanValue())
                        .findFirst()
                        .orElseThrow()
                        .get("timestamp")
                        .stringValue());
    }

    @Test
    void trailOfAnIdentity_isWhatItDidAndTried_underEverySpellingOfTheAddress() {
        JsonNode plain = owner.get("/v1/audit/identities/sa:mailer").expect(200).json();
        assertThat(plain.get("identity_type").stringValue()).isEqualTo("service_account");
        assertThat(plain.get("logs")).hasSize(6);
        assertThat(plain.at("/summary/total_events").intValue()).isEqualTo(6);
        assertThat(plain.at("/summary/failed_events").intValue()).isEqualTo(2);
        assertThat(plain.at("/summary/distinct_paths").intValue()).isEqualTo(2);
        JsonNode encoded =
                owner.get("/v1/audit/identities/sa%3Amailer").expect(200).json();
        assertThat(encoded.get("logs")).isEqualTo(plain.get("logs"));
        JsonNode person = owner.get("/v1/audit/identities/user%3Aowner%40audit-api.test?action=write")
                .expect(200)
                .json();
        assertThat(person.get("logs")).hasSize(2);
    }

    @Test
    void trails_goOnByTheirOwnCursorsOnly() {
        List<String> ids = new ArrayList<>();
        String first = "/v1/audit/identities/sa:mailer?limit=4";
        JsonNode page = owner.get(first).expect(200).json();
        assertThat(page.get("has_more").booleanValue()).isTrue();
        String cursor = page.get("cursor").stringValue();
        page.get("logs").forEach(entry -> ids.add(entry.get("id").stringValue()));
        JsonNode next = owner.get(first + "&cursor=" + cursor).expect(200).json();
        next.get("logs").forEach(entry -> ids.add(entry.get("id").stringValue()));
        assertThat(ids).hasSize(6).doesNotHaveDuplicates();
        assertThat(next.get("has_more").booleanValue()).isFalse();
        assertThat(next.get("cursor").isNull()).isTrue();
        assertThat(next.get("summary").isNull()).isTrue();

        for (String other : List.of(
                "/v1/audit/identities/sa:other?limit=4",
                "/v1/audit/identities/sa:mailer?limit=4&success=true",
                "/v1/audit/secrets/team/refused?limit=4",
                "/v1/audit/logs?limit=4",
                "/v1/audit/logs?limit=4&identity_id=sa:mailer")) {
            owner.get(other + "&cursor=" + cursor).expect(400, "invalid_cursor");
        }
        neighbour.get(first + "&cursor=" + cursor).expect(400, "invalid_cursor");
    }

    @Test
    void nobodysTrail_isEmpty_whetherOrNotOthersHaveOne() {
        for (String trail : List.of("/v1/audit/secrets/other/never", "/v1/audit/identities/sa:never")) {
            JsonNode json = owner.get(trail).expect(200).json();
            assertThat(json.get("logs")).isEmpty();
            assertThat(json.at("/summary/total_events").intValue()).isZero();
            assertThat(json.at("/summary/last_event_at").isNull()).isTrue();
        }
        assertThat(neighbour
                        .get("/v1/audit/identities/sa:mailer")
                        .expect(200)
                        .json()
                        .get("logs"))
                .isEmpty();
    }

    @Test
    void summary_countsWhatTheLogHas() {
        String to = now();
        JsonNode summary = owner.get("/v1/audit/summary?to=" + to).expect(200).json();
        JsonNode logs = owner.get("/v1/audit/logs?limit=1000&to=" + to)
                .expect(200)
                .json()
                .get("logs");
        assertThat(summary.get("complete").booleanValue()).isTrue();
        assertThat(summary.get("total_events").intValue()).isEqualTo(logs.size());
        assertThat(summary.get("failed_events").intValue()).isEqualTo((int) logs.valueStream()
                .filter(entry -> !entry.get("success").booleanValue())
                .count());
        assertThat(summary.get("successful_events").intValue()
                        + summary.get("failed_events").intValue())
                .isEqualTo(logs.size());
        assertThat(summary.at("/errors/access_denied").intValue()).isEqualTo(2);
        assertThat(summary.at("/actions/read").intValue()).isEqualTo((int) logs.valueStream()
                .filter(entry -> entry.get("action").stringValue().equals("read"))
                .count());
        assertThat(summary.at("/identity_types/service_account").intValue()).isEqualTo(6);
        owner.get("/v1/audit/summary?from=2026-05-02T00:00:00Z&to=2026-05-01T00:00:00Z")
                .expect(422, "validation_error");
    }

    @Test
    void eachLook_isAnEntryThatNamesWhatWasLookedAt() {
        Map<String, String> looks =
                Map.of("/v1/audit/secrets/looked/at", "looked/at", "/v1/audit/identities/sa:looked-at", "sa:looked-at");
        looks.forEach((call, resource) -> {
            String request = AuditRow.newRequestId();
            owner.get(call, "X-Request-ID", request).expect(200);
            assertThat(AuditRow.of(SERVER, request)).singleElement().satisfies(row -> {
                assertThat(row.text("action")).isEqualTo("audit_read");
                assertThat(row.text("secret_path")).isEqualTo(resource);
                assertThat(row.success()).isTrue();
            });
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Team/x",
                "team/x/",
                "team//x",
                "team/../x",
                "team/x%2fy",
                "team%2Fx",
                "team/x%00",
                "team/%C3%A9",
                "team/x.y",
                "team/x:versions",
                "a/b/c/d/e/f/g/h/i/j/k"
            })
    void pathThatIsNone_isRefused_andNotRecorded(String path) {
        String request = AuditRow.newRequestId();
        ApiClient.Reply reply = owner.get("/v1/audit/secrets/" + path, "X-Request-ID", request);
        assertThat(reply.status()).as(reply.body()).isEqualTo(400);
        assertThat(reply.code()).isIn("invalid_path", "invalid_request");
        assertThat(AuditRow.of(SERVER, request)).allSatisfy(row -> {
            assertThat(row.success()).isFalse();
            assertThat(row.columns()).containsEntry("secret_path", null);
        });
    }

    @Test
    void oversizedNames_areRefused() {
        owner.get("/v1/audit/secrets/" + "a".repeat(513)).expect(400, "invalid_path");
        owner.get("/v1/audit/identities/sa:" + "a".repeat(256)).expect(422, "validation_error");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mailer",
                "sa:",
                "SA:mailer",
                "sa:ma iler",
                "team:x",
                "sa:é",
                "sa:x\u0000",
                "user:jo@example.test\u202e",
                "sa:*"
            })
    void identityThatIsNone_isRefused(String identity) {
        String encoded = URLEncoder.encode(identity, StandardCharsets.UTF_8).replace("+", "%20");
        ApiClient.Reply reply = owner.get("/v1/audit/identities/" + encoded);
        assertThat(reply.status()).as(reply.body()).isIn(400, 422);
        assertThat(reply.code()).isIn("validation_error", "invalid_request");
        assertThat(reply.body()).doesNotContain("\u202e");
    }

    @ParameterizedTest
    @CsvSource({
        "secrets/team/refused?limit=0, 422, validation_error",
        "secrets/team/refused?limit=1001, 422, validation_error",
        "secrets/team/refused?action=never, 422, validation_error",
        "secrets/team/refused?success=maybe, 422, validation_error",
        "secrets/team/refused?from=yesterday, 422, validation_error",
        "secrets/team/refused?identity_id=sa:mailer, 400, invalid_request",
        "identities/sa:refused?path_prefix=team/, 400, invalid_request",
        "identities/sa:refused?cursor=x, 400, invalid_cursor",
        "summary?limit=3, 400, invalid_request",
        "summary?from=x, 422, validation_error",
        "summary?from=2026-05-01T00:00:00Z&from=2026-05-01T00:00:00Z, 400, invalid_request"
    })
    void parameterThatIsNone_isRefused(String call, int status, String code) {
        owner.get("/v1/audit/" + call).expect(status, code);
    }

    @Test
    void withoutTheScope_nothingIsTold() {
        ApiClient other = SERVER.client(SERVER.token("audit-api-unscoped")
                .serviceAccount("unscoped")
                .scope("secrets:read admin")
                .sign());
        for (String call : List.of("logs", "secrets/team/watched", "identities/sa:mailer", "summary")) {
            ApiClient.Reply reply = other.get("/v1/audit/" + call).expect(403, "insufficient_scope");
            assertThat(reply.json().at("/error/details/required_scope").stringValue())
                    .isEqualTo("audit:read");
        }
    }

    /** Later than everything so far, and not later than what comes. */
    private static String now() {
        return Clock.systemUTC().instant().truncatedTo(ChronoUnit.MICROS).toString();
    }
}
