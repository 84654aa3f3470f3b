package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Policies and bindings over HTTP, and that they count for the very next request. */
class PolicyApiTest {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final String RULES = "\"rules\":[{\"path_pattern\":\"app/**\",\"permissions\":[\"read\"]}]";

    private final RunningServer server = RunningServer.shared();
    private final String tenant = "policies" + COUNT.incrementAndGet();
    private ApiClient owner = server.client(null);

    @BeforeEach
    void owner() {
        owner = server.owner(tenant);
        owner.put("/v1/secrets/app/db", Map.of("data", Map.of("a", "b"))).expect(201);
    }

    private ApiClient member() {
        return server.client(server.token(tenant)
                .serviceAccount("member")
                .groups("group:ops")
                .sign());
    }

    private String policy(String name) {
        return owner.post("/v1/policies", "{\"name\":\"" + name + "\"," + RULES + "}")
                .expect(201)
                .json()
                .get("id")
                .stringValue();
    }

    private String bind(String policy, String type, String identity) {
        return owner.post(
                        "/v1/policies/" + policy + "/bindings", Map.of("identity_type", type, "identity_id", identity))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
    }

    @Test
    void binding_countsForTheNextRequest_andSoDoesItsRemoval() {
        ApiClient member = member();
        String policy = policy("direct");
        for (int round = 0; round < 5; round++) {
            member.get("/v1/secrets/app/db").expect(403, "access_denied");
            String binding = bind(policy, "service_account", "sa:member");
            member.get("/v1/secrets/app/db").expect(200);
            owner.delete("/v1/policies/" + policy + "/bindings/" + binding).expect(204);
        }
        member.get("/v1/secrets/app/db").expect(403, "access_denied");
    }

    @Test
    void everyKindOfWithdrawal_countsForTheNextRequest() {
        ApiClient member = member();
        String policy = policy("withdrawn");
        bind(policy, "group", "group:ops");
        member.get("/v1/secrets/app/db").expect(200);
        owner.patch("/v1/policies/" + policy, Map.of("is_active", false)).expect(200);
        member.get("/v1/secrets/app/db").expect(403, "access_denied");
        owner.patch("/v1/policies/" + policy, Map.of("is_active", true)).expect(200);
        member.get("/v1/secrets/app/db").expect(200);
        owner.put("/v1/policies/" + policy, PreparedTenant.policyBody("withdrawn"))
                .expect(200);
        member.get("/v1/secrets/app/db").expect(403, "access_denied");
        owner.put("/v1/policies/" + policy, "{\"name\":\"withdrawn\"," + RULES + "}")
                .expect(200);
        member.get("/v1/secrets/app/db").expect(200);
        owner.delete("/v1/policies/" + policy).expect(409, "policy_in_use");
        member.get("/v1/secrets/app/db").expect(200);
        owner.delete("/v1/policies/" + policy + "?force=true").expect(204);
        member.get("/v1/secrets/app/db").expect(403, "access_denied");
    }

    @Test
    void policyOfOneTenant_saysNothingInAnother() {
        String other = tenant + "-other";
        ApiClient ownerOfOther = server.owner(other);
        ownerOfOther.put("/v1/secrets/app/db", Map.of("data", Map.of("a", "b"))).expect(201);
        ownerOfOther.allow("sa:member", "**", "admin");
        member().get("/v1/secrets/app/db").expect(403, "access_denied");
    }

    @Test
    void revision_guardsChanges() {
        String policy = policy("revised");
        String uri = "/v1/policies/" + policy;
        assertThat(owner.get(uri).expect(200).header("ETag")).isEqualTo("\"1\"");
        ApiClient.Reply patched = owner.patch(uri, Map.of("description", "two"), "If-Match", "\"1\"")
                .expect(200);
        assertThat(patched.header("ETag")).isEqualTo("\"2\"");
        assertThat(patched.json().get("revision").intValue()).isEqualTo(2);
        ApiClient.Reply late = owner.patch(uri, Map.of("description", "three"), "If-Match", "\"1\"")
                .expect(409, "version_conflict");
        assertThat(late.json().at("/error/details/current_version").intValue()).isEqualTo(2);
        owner.put(uri, "{\"name\":\"revised\"," + RULES + "}", "If-Match", "\"1\"")
                .expect(409, "version_conflict");
        owner.put(uri, "{\"name\":\"revised\"," + RULES + "}", "If-Match", "nonsense")
                .expect(422, "validation_error");
        owner.delete(uri, "If-Match", "\"1\"").expect(409, "version_conflict");
        ApiClient.Reply replaced = owner.put(uri, "{\"name\":\"revised\"," + RULES + "}", "If-Match", "\"2\"")
                .expect(200);
        assertThat(replaced.json().get("description").isNull()).isTrue();
    }

    @Test
    void replacing_keepsTheBindings() {
        String policy = policy("kept");
        bind(policy, "user", "user:jo@example.test");
        owner.put("/v1/policies/" + policy, PreparedTenant.policyBody("kept")).expect(200);
        JsonNode details = owner.get("/v1/policies/" + policy).expect(200).json();
        assertThat(details.get("bindings")).hasSize(1);
        assertThat(owner.get("/v1/policies/" + policy + "/bindings")
                        .expect(200)
                        .json()
                        .get("bindings"))
                .hasSize(1);
    }

    @Test
    void names_areUnique_andBindingsToo() {
        String policy = policy("taken");
        owner.post("/v1/policies", "{\"name\":\"taken\"," + RULES + "}").expect(409, "conflict");
        String other = policy("free");
        owner.patch("/v1/policies/" + other, Map.of("name", "taken")).expect(409, "conflict");
        bind(policy, "group", "group:ops");
        owner.post("/v1/policies/" + policy + "/bindings", Map.of("identity_type", "group", "identity_id", "group:ops"))
                .expect(409, "conflict");
    }

    @Test
    void list_isInOrderOfCreation_inPages_andHidesInactiveOnes() {
        policy("one");
        policy("two");
        String three = policy("three");
        owner.patch("/v1/policies/" + three, Map.of("is_active", false)).expect(200);
        JsonNode all =
                owner.get("/v1/policies?include_inactive=true").expect(200).json();
        assertThat(all.get("policies"))
                .extracting(each -> each.get("name").stringValue())
                .endsWith("one", "two", "three");
        JsonNode active = owner.get("/v1/policies").json();
        assertThat(active.get("policies"))
                .extracting(each -> each.get("name").stringValue())
                .endsWith("one", "two");
        JsonNode page = owner.get("/v1/policies?limit=2").json();
        assertThat(page.get("has_more").booleanValue()).isTrue();
        JsonNode next = owner.get(
                        "/v1/policies?limit=2&cursor=" + page.get("cursor").stringValue())
                .expect(200)
                .json();
        assertThat(next.get("policies"))
                .extracting(each -> each.get("name").stringValue())
                .containsExactly("two");
        owner.get("/v1/policies?limit=2&include_inactive=true&cursor="
                        + page.get("cursor").stringValue())
                .expect(400, "invalid_cursor");
        assertThat(owner.get("/v1/policies?scope=partner").expect(200).json().get("policies"))
                .isEmpty();
        owner.get("/v1/policies?scope=world").expect(422, "validation_error");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"name":"x"}                                                                     | 400 | invalid_policy
            {"name":"x","rules":[]}                                                          | 400 | invalid_policy
            {"name":"x","rules":[{"path_pattern":"a"}]}                                      | 400 | invalid_policy
            {"name":"x","rules":[{"path_pattern":"a","permissions":[]}]}                     | 400 | invalid_policy
            {"name":"x","rules":[{"path_pattern":"a","permissions":["fly"]}]}                | 400 | invalid_policy
            {"name":"x","rules":[{"path_pattern":"a","permissions":["READ"]}]}               | 400 | invalid_policy
            {"name":"x","rules":[{"permissions":["read"]}]}                                  | 400 | invalid_policy
            {"name":"x","rules":[{"path_pattern":"/a","permissions":["read"]}]}              | 400 | invalid_glob
            {"name":"x","rules":[{"path_pattern":"a//b","permissions":["read"]}]}            | 400 | invalid_glob
            {"name":"x","rules":[{"path_pattern":"a","permissions":["read"],"conditions":{"require_vpn":true}}]} | 400 | invalid_request
            {"name":"x","rules":[{"path_pattern":"a","permissions":["read"],"conditions":[]}]} | 400 | invalid_request
            {"name":"x","rules":[{"path_pattern":"a","permissions":["read"],"conditions":{"require_mfa":"yes"}}]} | 400 | invalid_request
            {"name":"x","rules":[{"path_pattern":"a","permissions":["read"],"conditions":{"mfa_max_age":"5m"}}]} | 400 | invalid_policy
            {"name":"x","rules":[{"path_pattern":"a","permissions":["read"],"conditions":{"require_mfa":true,"mfa_max_age":"0m"}}]} | 400 | invalid_duration
            {"name":"x","rules":[{"path_pattern":"a","permissions":["read"],"conditions":{"ip_ranges":[]}}]} | 400 | invalid_policy
            {"name":"x","rules":[{"path_pattern":"a","permissions":["read"],"conditions":{"ip_ranges":"10.0.0.0/8"}}]} | 400 | invalid_request
            {"name":"x","rules":[{"path_pattern":"a","permissions":["read"],"conditions":{"ip_ranges":["10.0.0.1/8"]}}]} | 400 | invalid_policy
            {"name":"x","rules":[{"path_pattern":"a","permissions":["read"],"conditions":{"ip_ranges":[null]}}]} | 400 | invalid_policy
            {"name":"x","rules":[{"path_pattern":"a","permissions":["read"],"conditions":{"time_window":{}}}]} | 400 | invalid_policy
            {"name":"x","rules":[{"path_pattern":"a","permissions":["read"],"conditions":{"time_window":{"days":["mon"],"start":"08:00","end":"18:00","timezone":"UTC","except":[]}}}]} | 400 | invalid_request
            {"name":"x","rules":[{"path_pattern":"a","permissions":["read"],"conditions":{"time_window":{"days":["someday"],"start":"08:00","end":"18:00","timezone":"UTC"}}}]} | 400 | invalid_policy
            {"name":"x","rules":[{"path_pattern":"a","permissions":["read"],"conditions":{"time_window":{"days":["mon"],"start":"08:00","end":"18:00","timezone":"Mars/Base"}}}]} | 400 | invalid_policy
            {"name":"x","rules":[{"path_pattern":"a","permissions":["read"],"conditon":{}}]} | 400 | invalid_request
            {"name":"x","rules":[null]}                                                      | 422 | validation_error
            {"rules":[{"path_pattern":"a","permissions":["read"]}]}                          | 422 | validation_error
            {"name":" x","rules":[{"path_pattern":"a","permissions":["read"]}]}              | 422 | validation_error
            {"name":"x\\u202e","rules":[{"path_pattern":"a","permissions":["read"]}]}        | 422 | validation_error
            {"name":"x","scope":"world","rules":[{"path_pattern":"a","permissions":["read"]}]} | 422 | validation_error
            {"name":"x","is_active":"yes","rules":[{"path_pattern":"a","permissions":["read"]}]} | 400 | invalid_request
            """)
    void malformedPolicy_isRefused(String body, int status, String code) {
        int before = owner.get("/v1/policies").json().get("policies").size();
        owner.post("/v1/policies", body).expect(status, code);
        assertThat(owner.get("/v1/policies").json().get("policies")).hasSize(before);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"identity_type":"group"}                                                  | 422
            {"identity_id":"group:ops"}                                                | 422
            {"identity_type":"user","identity_id":"group:ops"}                         | 422
            {"identity_type":"system","identity_id":"system:x"}                        | 422
            {"identity_type":"group","identity_id":"group: ops"}                       | 422
            {"identity_type":"group","identity_id":"group:*"}                          | 422
            {"identity_type":"group","identity_id":"group:ops\\u0000"}                 | 422
            {"identity_type":"group","identity_id":"group:ops","expires_at":"2001-01-01T00:00:00Z"} | 422
            {"identity_type":"group","identity_id":"group:ops","expires_at":"tomorrow"} | 422
            {"identity_type":"group","identity_id":"group:ops","expires_at":"+999999999-12-31T23:59:59Z"} | 422
            """)
    void malformedBinding_isRefused(String body, int status) {
        owner.post("/v1/policies/" + policy("bind") + "/bindings", body).expect(status, "validation_error");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pol_01K9Z6F3V4M8Q2T7B5N1C0D9XE",
                "pol_x",
                "x",
                "pol_01k9z6f3v4m8q2t7b5n1c0d9xe",
                "pb_01K9Z6F3V4M8Q2T7B5N1C0D9XE"
            })
    void policyThatIsNone_isNotFound(String id) {
        owner.get("/v1/policies/" + id).expect(404, "policy_not_found");
        owner.delete("/v1/policies/" + id).expect(404, "policy_not_found");
        owner.get("/v1/policies/" + id + "/bindings").expect(404, "policy_not_found");
        owner.delete("/v1/policies/" + id + "/bindings/pb_01K9Z6F3V4M8Q2T7B5N1C0D9XE")
                .expect(404, "policy_not_found");
    }

    @Test
    void bindingOfAnotherPolicy_isNotFound() {
        String binding = bind(policy("mine"), "group", "group:ops");
        String other = policy("other");
        owner.delete("/v1/policies/" + other + "/bindings/" + binding).expect(404, "binding_not_found");
        owner.delete("/v1/policies/" + other + "/bindings/nonsense").expect(404, "binding_not_found");
    }

    @Test
    void lapsedBinding_grantsNothing() {
        String policy = policy("lapsing");
        String binding = bind(policy, "service_account", "sa:member");
        member().get("/v1/secrets/app/db").expect(200);
        Sql.superuser(server)
                .update(
                        "update policy_binding set expires_at = now() - interval '1 second' where binding_id = ?",
                        binding);
        member().get("/v1/secrets/app/db").expect(403, "access_denied");
    }

    @Test
    void test_agreesWithWhatIsEnforced() {
        bind(policy("explained"), "service_account", "sa:member");
        for (String path : List.of("app", "app/db", "app/db/x", "apps", "other/app")) {
            for (String permission : List.of("read", "write", "list", "delete")) {
                JsonNode verdict = owner.post(
                                "/v1/policies/test",
                                Map.of("identity_id", "sa:member", "path", path, "permission", permission))
                        .expect(200)
                        .json();
                ApiClient member = member();
                int status = switch (permission) {
                    case "read" -> member.get("/v1/secrets/" + path).status();
                    case "write" ->
                        member.patch("/v1/secrets/" + path + ":metadata", Map.of())
                                .status();
                    case "list" ->
                        member.get("/v1/secrets/" + path + ":metadata").status();
                    default -> member.delete("/v1/secrets/" + path).status();
                };
                assertThat(verdict.get("allowed").booleanValue())
                        .as("%s %s", permission, path)
                        .isEqualTo(status != 403);
            }
        }
        owner.post("/v1/policies/test", Map.of("identity_id", "sa:member", "path", "App", "permission", "read"))
                .expect(400, "invalid_path");
        owner.post("/v1/policies/test", Map.of("identity_id", "member", "path", "app", "permission", "read"))
                .expect(422, "validation_error");
        owner.post("/v1/policies/test", Map.of("identity_id", "sa:member", "path", "app", "permission", "fly"))
                .expect(422, "validation_error");
    }

    /** For every rule and verb a path and the same with a slash behind it get the same decision: the second is no path at all. */
    @Test
    void trailingSlash_opensNothing() {
        owner.allow("sa:member", "app/db", "admin");
        ApiClient member = member();
        for (String suffix : List.of("/", "//", "/.", "/..", "/../app/db")) {
            member.get("/v1/secrets/app/db" + suffix).expect(400, "invalid_path");
            member.get("/v1/secrets/app" + suffix + ":versions").expect(400, "invalid_path");
        }
        assertThat(member.get("/v1/secrets?prefix=app/").json().get("secrets")).hasSize(1);
    }
}
