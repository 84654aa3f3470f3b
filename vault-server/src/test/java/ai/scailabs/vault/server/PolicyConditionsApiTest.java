package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.testkit.TestPostgres;
import ai.scailabs.vault.testkit.TokenBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Conditions over HTTP, at every place where policies are asked, and the explanations of refusals. */
class PolicyConditionsApiTest {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Map<String, Object> VALUE = Map.of("data", Map.of("a", "b"));
    private static final Map<String, Object> ELSEWHERE = Map.of("ip_ranges", List.of("10.0.0.0/8", "2001:db8::/32"));
    private static final Map<String, Object> HERE = Map.of("ip_ranges", List.of("127.0.0.0/8", "::1"));
    private static final Map<String, Object> FACTOR = Map.of("require_mfa", true);

    private final RunningServer server = RunningServer.shared();
    private final String tenant = "conditions" + COUNT.incrementAndGet();
    private final String partner = tenant;
    private final ApiClient owner = server.owner(tenant, partner);

    private ApiClient member(UnaryOperator<TokenBuilder> token) {
        return server.client(token.apply(
                        server.token(tenant, partner).serviceAccount("member").role("partner_admin"))
                .sign());
    }

    private ApiClient member() {
        return member(UnaryOperator.identity());
    }

    private String allow(ApiClient by, String pattern, Map<String, Object> conditions) {
        String id = by.post(
                        "/v1/policies",
                        Map.of(
                                "name",
                                "conditional " + COUNT.incrementAndGet(),
                                "rules",
                                List.of(Map.of(
                                        "path_pattern",
                                        pattern,
                                        "permissions",
                                        List.of("admin"),
                                        "conditions",
                                        conditions))))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        by.post(
                        "/v1/policies/" + id + "/bindings",
                        Map.of("identity_type", "service_account", "identity_id", "sa:member"))
                .expect(201);
        return id;
    }

    private void stored(String path) {
        owner.put("/v1/secrets/" + path, VALUE).expect(201);
        owner.put("/v1/partner/secrets/" + path, VALUE).expect(201);
    }

    private void everythingAnswers(String path, ApiClient by, boolean allowed, String code) {
        for (String base : List.of("/v1/secrets", "/v1/partner/secrets")) {
            String uri = base + "/" + path;
            for (ApiClient.Reply reply : List.of(
                    by.get(uri),
                    // The second read would be answered from memory.
                    by.get(uri),
                    by.get(uri + "?version=1"),
                    by.get(uri + ":versions"),
                    by.get(uri + ":metadata"),
                    by.patch(uri + ":metadata", Map.of("owner", "team:x")),
                    by.put(uri, VALUE),
                    by.delete(uri),
                    by.post(uri + ":restore", null))) {
                if (allowed) {
                    assertThat(reply.status()).as(reply.body()).isBetween(200, 204);
                } else {
                    reply.expect(403, code);
                    assertThat(reply.json().at("/error/details/decision_id").stringValue())
                            .startsWith("dec_");
                }
            }
            assertThat(by.get(base).expect(200).json().get("secrets")).hasSize(allowed ? 1 : 0);
            JsonNode batch = by.post(base + "/batch", Map.of("paths", List.of(path)))
                    .expect(200)
                    .json();
            assertThat(batch.get("secrets")).hasSize(allowed ? 1 : 0);
            JsonNode metadata = by.post(base + "/batch/metadata", Map.of("paths", List.of(path)))
                    .expect(200)
                    .json();
            assertThat(metadata.get("secrets")).hasSize(allowed ? 1 : 0);
            if (!allowed) {
                JsonNode error = batch.get("errors").get(path);
                assertThat(error.get("code").stringValue()).isEqualTo(code);
                assertThat(error.get("decision_id").stringValue()).startsWith("dec_");
                assertThat(metadata.get("errors").get(path).get("code").stringValue())
                        .isEqualTo(code);
            }
        }
    }

    @Test
    void addressElsewhere_isRefusedEverywhere() {
        stored("app/db");
        allow(owner, "app/**", ELSEWHERE);
        allow(owner, "partner/app/**", ELSEWHERE);
        everythingAnswers("app/db", member(), false, "ip_not_allowed");
        allow(owner, "app/**", HERE);
        allow(owner, "partner/app/**", HERE);
        everythingAnswers("app/db", member(), true, "");
    }

    @Test
    void secondFactorThatIsStale_isRefusedEverywhere() {
        stored("app/db");
        allow(owner, "app/**", FACTOR);
        allow(owner, "partner/app/**", FACTOR);
        Instant now = Instant.now();
        everythingAnswers("app/db", member(), false, "mfa_required");
        everythingAnswers("app/db", member(token -> token.mfaVerifiedAt(now.minusSeconds(901))), false, "mfa_required");
        everythingAnswers(
                "app/db", member(token -> token.mfaVerifiedAt(now.plusSeconds(3_600))), false, "mfa_required");
        everythingAnswers("app/db", member(token -> token.mfaVerifiedAt(now.minusSeconds(60))), true, "");
    }

    @Test
    void headerOfAnUntrustedPeer_movesNobody() {
        stored("app/db");
        allow(owner, "app/**", ELSEWHERE);
        for (String header : List.of("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP")) {
            for (String value : List.of("10.0.0.1", "for=10.0.0.1", "10.0.0.1, 127.0.0.1", "::ffff:10.0.0.1")) {
                member().get("/v1/secrets/app/db", header, value).expect(403, "ip_not_allowed");
            }
        }
    }

    @Test
    void behindATrustedProxy_itsOwnWordCountsAndNothingBeforeIt() {
        try (RunningServer proxied = RunningServer.start(
                TestPostgres.migratedDatabase(Schema::migrate), Map.of("TRUSTED_PROXIES", "127.0.0.0/8,::1"))) {
            ApiClient admin = proxied.owner("proxied");
            admin.put("/v1/secrets/app/db", VALUE).expect(201);
            admin.put("/v1/secrets/local/db", VALUE).expect(201);
            allow(admin, "app/**", ELSEWHERE);
            allow(admin, "local/**", HERE);
            ApiClient caller = proxied.client(
                    proxied.token("proxied").serviceAccount("member").sign());
            for (String spoofed : List.of(
                    "203.0.113.9",
                    "10.0.0.1, 203.0.113.9",
                    "10.0.0.1,127.0.0.1,203.0.113.9",
                    "10.0.0.1, unknown",
                    "10.0.0.1, 203.0.113.9:4711",
                    "10.0.0.1, ",
                    "10.0.0.1:4711",
                    "_hidden")) {
                caller.get("/v1/secrets/app/db", "X-Forwarded-For", spoofed).expect(403, "ip_not_allowed");
                // Nor is somebody whom the proxy does not name where the proxy is.
                caller.get("/v1/secrets/local/db", "X-Forwarded-For", spoofed).expect(403, "ip_not_allowed");
            }
            caller.get("/v1/secrets/local/db").expect(403, "ip_not_allowed");
            for (String told : List.of("10.0.0.1", "203.0.113.9, 10.0.0.1", "::ffff:10.0.0.1", "2001:db8::7")) {
                caller.get("/v1/secrets/app/db", "X-Forwarded-For", told).expect(200);
            }
        }
    }

    @Test
    void headerThatTheProxyDoesNotWrite_movesNobody() {
        try (RunningServer proxied = RunningServer.start(
                TestPostgres.migratedDatabase(Schema::migrate),
                Map.of("TRUSTED_PROXIES", "127.0.0.0/8,::1", "TRUSTED_PROXY_HEADER", "Forwarded"))) {
            ApiClient admin = proxied.owner("forwarded");
            admin.put("/v1/secrets/app/db", VALUE).expect(201);
            allow(admin, "app/**", ELSEWHERE);
            ApiClient caller = proxied.client(
                    proxied.token("forwarded").serviceAccount("member").sign());
            caller.get("/v1/secrets/app/db", "X-Forwarded-For", "10.0.0.1").expect(403, "ip_not_allowed");
            caller.get("/v1/secrets/app/db", "X-Forwarded-For", "10.0.0.1", "Forwarded", "for=203.0.113.9")
                    .expect(403, "ip_not_allowed");
            for (String spoofed : List.of("for=10.0.0.1, for=203.0.113.9", "for=10.0.0.1, for=_hidden", "10.0.0.1")) {
                caller.get("/v1/secrets/app/db", "Forwarded", spoofed).expect(403, "ip_not_allowed");
            }
            for (String told : List.of("for=10.0.0.1", "for=6.6.6.6, for=\"10.0.0.1:99\";proto=https")) {
                caller.get("/v1/secrets/app/db", "Forwarded", told).expect(200);
            }
        }
    }

    @Test
    void conditions_areShownAsTheyWereWritten() {
        Map<String, Object> conditions = Map.of(
                "ip_ranges",
                List.of("10.0.0.0/8"),
                "require_mfa",
                true,
                "mfa_max_age",
                "5m",
                "time_window",
                Map.of(
                        "days",
                        List.of("mon", "sun"),
                        "start",
                        "22:00",
                        "end",
                        "06:00",
                        "timezone",
                        "Europe/Amsterdam"));
        String id = allow(owner, "app/**", conditions);
        JsonNode shown = owner.get("/v1/policies/" + id).expect(200).json().at("/rules/0/conditions");
        assertThat(tools.jackson.databind.json.JsonMapper.shared().convertValue(shown, Map.class))
                .isEqualTo(conditions);
    }

    @Test
    void refusal_isExplainedOnEveryInstance_toWhoMayReadPoliciesOfTheTenant() {
        stored("app/db");
        String factor = allow(owner, "app/**", FACTOR);
        String other = allow(owner, "other/**", HERE);
        ApiClient.Reply refused = member().get("/v1/secrets/app/db").expect(403, "mfa_required");
        assertThat(refused.json().at("/error/details/failed_condition").stringValue())
                .isEqualTo("require_mfa");
        String id = refused.json().at("/error/details/decision_id").stringValue();

        JsonNode decision =
                owner.get("/v1/policies/decisions/" + id).expect(200).json();
        assertThat(decision.get("code").stringValue()).isEqualTo("mfa_required");
        assertThat(decision.get("failed_condition").stringValue()).isEqualTo("require_mfa");
        assertThat(decision.get("identity_id").stringValue()).isEqualTo("sa:member");
        assertThat(decision.get("path").stringValue()).isEqualTo("app/db");
        assertThat(decision.get("permission").stringValue()).isEqualTo("read");
        assertThat(decision.get("request_id").stringValue())
                .isEqualTo(refused.json().at("/error/request_id").stringValue());
        assertThat(decision.get("bound_policies").intValue()).isEqualTo(2);
        assertThat(decision.get("rules_left_out").intValue()).isZero();
        assertThat(decision.get("evaluated"))
                .extracting(each -> each.get("policy_id").stringValue())
                .containsExactly(factor, other);
        assertThat(decision.at("/evaluated/0/rules/0").toString())
                .isEqualTo("{\"rule_index\":0,\"path_matched\":true,\"permission_matched\":true,"
                        + "\"failed_condition\":\"require_mfa\"}");
        assertThat(decision.at("/evaluated/1/rules/0/path_matched").booleanValue())
                .isFalse();

        owner.delete("/v1/policies/" + factor + "?force=true").expect(204);
        JsonNode later = owner.get("/v1/policies/decisions/" + id).expect(200).json();
        assertThat(later.at("/evaluated/0/policy_name").isNull()).isTrue();

        server.owner(tenant + "-sibling", partner)
                .get("/v1/policies/decisions/" + id)
                .expect(404, "decision_not_found");
        server.client(server.token(tenant, partner)
                        .serviceAccount("auditor")
                        .scope("audit:read")
                        .sign())
                .get("/v1/policies/decisions/" + id)
                .expect(403, "insufficient_scope");
    }

    @Test
    void everyKindOfRefusal_hasADecision() {
        stored("app/db");
        allow(owner, "partner/app/**", HERE);
        ApiClient nobody = server.client(
                server.token(tenant, partner).serviceAccount("member").sign());
        for (ApiClient.Reply reply : List.of(
                nobody.get("/v1/secrets/app/db"),
                nobody.get("/v1/secrets/not/there"),
                nobody.put("/v1/partner/secrets/app/db", VALUE),
                nobody.delete("/v1/secrets/app/db"))) {
            String id = reply.expect(403, "access_denied")
                    .json()
                    .at("/error/details/decision_id")
                    .stringValue();
            owner.get("/v1/policies/decisions/" + id).expect(200);
        }
        String role = nobody.put("/v1/partner/secrets/app/db", VALUE)
                .json()
                .at("/error/details/decision_id")
                .stringValue();
        JsonNode decision =
                owner.get("/v1/policies/decisions/" + role).expect(200).json();
        assertThat(decision.get("missing_role").stringValue()).isEqualTo("partner_admin");
        assertThat(decision.get("path").stringValue()).isEqualTo("partner/app/db");
        String batched = nobody.post("/v1/partner/secrets/batch", Map.of("paths", List.of("other/x")))
                .expect(200)
                .json()
                .at("/errors/other~1x/decision_id")
                .stringValue();
        assertThat(owner.get("/v1/policies/decisions/" + batched)
                        .expect(200)
                        .json()
                        .get("path")
                        .stringValue())
                .isEqualTo("partner/other/x");
    }

    @Test
    void otherAuditEntries_areNoDecisions() {
        stored("app/db");
        member().get("/v1/secrets/app/db").expect(403);
        List<String> ids = Sql.superuser(server)
                .rows("select log_id::text from audit_log where tenant_id = ? and extra_data is null", "tnt_" + tenant)
                .stream()
                .map(row -> String.valueOf(row.get("log_id")))
                .toList();
        assertThat(ids).isNotEmpty();
        for (String id : ids) {
            owner.get("/v1/policies/decisions/" + Ids.text("dec_", UUID.fromString(id)))
                    .expect(404, "decision_not_found");
        }
        for (String id : List.of(
                "dec_01K9Z6F3V4M8Q2T7B5N1C0D9XE",
                "dec_00000000000000000000000000",
                "dec_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
                "dec_8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
                "log_01K9Z6F3V4M8Q2T7B5N1C0D9XE",
                "dec_",
                "bindings",
                "x")) {
            owner.get("/v1/policies/decisions/" + id).expect(404, "decision_not_found");
        }
    }

    @Test
    void whoCan_namesIdentitiesAndRules_inPages() {
        allow(owner, "app/**", FACTOR);
        String group = owner.allow("group:ops", "app/*", "read", "list");
        owner.allow("group:writers", "app/*", "write");
        String uri = "/v1/policies/who-can?path=app/db&permission=read";
        JsonNode all = owner.get(uri).expect(200).json();
        assertThat(all.get("grants"))
                .extracting(grant -> grant.get("identity_id").stringValue())
                .containsExactly("group:ops", "sa:member", "user:owner@" + tenant + ".test");
        assertThat(all.at("/grants/0/policy_id").stringValue()).isEqualTo(group);
        assertThat(all.at("/grants/0/conditions").isEmpty()).isTrue();
        assertThat(all.at("/grants/1/conditions/require_mfa").booleanValue()).isTrue();
        assertThat(all.get("has_more").booleanValue()).isFalse();
        JsonNode first = owner.get(uri + "&limit=2").expect(200).json();
        assertThat(first.get("grants")).hasSize(2);
        String cursor = first.get("cursor").stringValue();
        JsonNode second =
                owner.get(uri + "&limit=2&cursor=" + cursor).expect(200).json();
        assertThat(second.get("grants"))
                .extracting(grant -> grant.get("identity_id").stringValue())
                .containsExactly("user:owner@" + tenant + ".test");
        owner.get("/v1/policies/who-can?path=app/db&permission=write&cursor=" + cursor)
                .expect(400, "invalid_cursor");
        owner.get("/v1/policies/who-can?path=App&permission=read").expect(400, "invalid_path");
        owner.get("/v1/policies/who-can?path=app/db/&permission=read").expect(400, "invalid_path");
        owner.get("/v1/policies/who-can?path=app&permission=fly").expect(422, "validation_error");
        owner.get("/v1/policies/who-can?permission=read").expect(422, "validation_error");
        owner.get("/v1/policies/who-can?path=app").expect(422, "validation_error");
        owner.get("/v1/policies/who-can?path=app&permission=read&tenant=x").expect(400, "invalid_request");
    }
}
