package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** What administrators say of which certificates there may be, and what a role answers when it is tried. */
class PkiRoleApiTest {
    private static RunningServer server;
    private static ApiClient owner;
    private static String authority;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("pki-roles", "pki-roles");
        authority = root(owner, "roles-root");
    }

    static String root(ApiClient owner, String name) {
        return owner.post(
                        "/v1/pki/ca",
                        Map.of("name", name, "common_name", "Root " + name, "ca_type", "root", "key_type", "ec"))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
    }

    private static Map<String, Object> role(String name, Object... members) {
        Map<String, Object> body = new HashMap<>();
        body.put("name", name);
        body.put("ca_id", authority);
        for (int i = 0; i < members.length; i += 2) {
            body.put((String) members[i], members[i + 1]);
        }
        return body;
    }

    private static JsonNode created(Map<String, Object> body) {
        return owner.post("/v1/pki/roles", body).expect(201).json();
    }

    @Test
    void roleAsItIsPasted_isMade_andShownWithEveryField() {
        ApiClient.Reply reply =
                owner.post("/v1/pki/roles", """
                        {"name": "svc", "ca_id": "%s", "allowed_domains": ["*.svc.cluster.local", "*.internal"], "allow_subdomains": true,
                         "allow_ip_sans": true, "max_ttl": "720h", "key_type": "ec", "key_bits": 256, "require_cn": true}
                        """.formatted(authority)).expect(201);
        assertThat(reply.header("ETag")).isEqualTo("\"1\"");
        JsonNode role = reply.json();
        assertThat(role.get("max_ttl").stringValue()).isEqualTo("30d");
        assertThat(role.get("ttl").stringValue()).isEqualTo("30d");
        assertThat(role.get("store_private_keys").booleanValue()).isFalse();
        assertThat(owner.get("/v1/pki/roles/svc").expect(200).json()).isEqualTo(role);
        owner.post("/v1/pki/roles", role("svc")).expect(409, "conflict");
    }

    @Test
    void whatNobodySaid_allowsLessRatherThanMore() {
        JsonNode role = created(role("defaults"));
        for (String no : List.of(
                "allow_subdomains",
                "allow_bare_domains",
                "allow_wildcard_certificates",
                "allow_any_name",
                "allow_localhost",
                "allow_ip_sans",
                "allow_no_expiry",
                "store_private_keys",
                "no_store",
                "use_pss")) {
            assertThat(role.get(no).booleanValue()).as(no).isFalse();
        }
        assertThat(role.get("enforce_hostnames").booleanValue()).isTrue();
        assertThat(role.get("require_cn").booleanValue()).isTrue();
        assertThat(role.get("not_before_bound").stringValue()).isEqualTo("forbid");
        assertThat(role.get("not_after_bound").stringValue()).isEqualTo("ttl-limited");
        assertThat(role.get("key_type").stringValue() + role.get("key_bits").intValue())
                .isEqualTo("ec256");
        assertThat(role.get("max_ttl").stringValue()).isEqualTo("398d");
        assertThat(role.get("allowed_domains")).isEmpty();
    }

    @TestFactory
    Stream<DynamicTest> rolesThatCannotBe_areRefusedByTheirField() {
        Map<String, Object> odd = new HashMap<>();
        odd.put("name", List.of("Svc", "", "-x", "a/b", "x".repeat(64)));
        odd.put("ca_id", List.of("", "ca_", "corp-root", "trust_01K9Z6F3V4M8Q2T7B5N1C0D9XE"));
        odd.put(
                "allowed_domains",
                List.of(
                        List.of("f*o.example.test"),
                        List.of("*.*.example.test"),
                        List.of("*"),
                        List.of("exa mple.test"),
                        List.of(""),
                        List.of("a..b"),
                        List.of("x".repeat(64) + ".test")));
        odd.put("allowed_ip_sans_cidr", List.of(List.of("10.0.0.0/8"), List.of("10.0.0.1/8"), List.of("everywhere")));
        odd.put("allowed_uri_sans", List.of(List.of("spiffe://*/x"), List.of("no-scheme")));
        odd.put("max_sans", List.of(0, 1_001));
        odd.put("ttl", List.of("500d"));
        odd.put("not_before_duration", List.of("49h"));
        odd.put("not_before_bound", List.of("permit"));
        odd.put("not_after_bound", List.of("permit"));
        odd.put("key_type", List.of("dsa", ""));
        odd.put("key_bits", List.of(1024, 255, 0));
        odd.put(
                "ext_key_usage",
                List.of(List.of(), List.of("anyExtendedKeyUsage"), List.of("2.5.29.37.0"), List.of("ocsp_signing")));
        odd.put("policy_identifiers", List.of(List.of("1"), List.of("x")));
        odd.put("country", List.of(List.of("nl"), List.of("NLD")));
        odd.put("organization", List.of(List.of(""), List.of("x".repeat(65)), List.of("a\u0000b")));
        odd.put("max_certificate_size", List.of(10, 1_000_000));
        return odd.entrySet().stream()
                .flatMap(field -> ((List<?>) field.getValue())
                        .stream()
                                .map(value -> DynamicTest.dynamicTest(field.getKey() + " " + value, () -> {
                                    ApiClient.Reply reply =
                                            owner.post("/v1/pki/roles", role("odd", field.getKey(), value));
                                    reply.expect(400, "invalid_role");
                                    assertThat(reply.json()
                                                    .at("/error/details/fields/" + field.getKey())
                                                    .isString())
                                            .as(reply.body())
                                            .isTrue();
                                })));
    }

    @Test
    void fieldsThatAreUnknownOrOfAnotherKind_areRefused() {
        owner.post("/v1/pki/roles", role("unknown", "allow_everything", true)).expect(400, "invalid_request");
        owner.post("/v1/pki/roles", role("unknown", "generate_lease", true)).expect(400, "invalid_request");
        owner.post("/v1/pki/roles", role("unknown", "allow_subdomains", "yes")).expect(400, "invalid_request");
        owner.post("/v1/pki/roles", role("unknown", "max_ttl", "soon")).expect(400, "invalid_duration");
        owner.post("/v1/pki/roles", role("unknown", "max_ttl", "0s")).expect(400, "invalid_duration");
        List<String> withNull = new ArrayList<>();
        withNull.add(null);
        owner.post("/v1/pki/roles", role("unknown", "allowed_domains", withNull))
                .expect(400, "invalid_role");
        owner.get("/v1/pki/roles/unknown").expect(404, "role_not_found");
    }

    @Test
    void authority_mustBeThere_andBeOneThatTheCallerMayHaveSign() {
        owner.post("/v1/pki/roles", role("nobodys", "ca_id", "ca_01K9Z6F3V4M8Q2T7B5N1C0D9XE"))
                .expect(404, "ca_not_found");
        ApiClient other = server.owner("pki-roles-other", "pki-roles-else");
        String foreign = root(other, "foreign");
        owner.post("/v1/pki/roles", role("nobodys", "ca_id", foreign)).expect(404, "ca_not_found");

        ApiClient keeper = server.member(owner, "pki-roles", "pki-roles", "keeper", "pki/roles/kept-*", "admin");
        keeper.post("/v1/pki/roles", role("kept-one")).expect(403, "access_denied");
        keeper.post("/v1/pki/roles", role("other-one")).expect(403, "access_denied");
        owner.allow("sa:keeper", "pki/ca/roles-root", "write");
        keeper.post("/v1/pki/roles", role("kept-one")).expect(201);
        keeper.post("/v1/pki/roles", role("other-one")).expect(403, "access_denied");
        // Moving it to another authority takes the right to that one.
        String second = root(owner, "roles-second");
        keeper.patch("/v1/pki/roles/kept-one", Map.of("ca_id", second)).expect(403, "access_denied");
        owner.patch("/v1/pki/roles/kept-one", Map.of("ca_id", second)).expect(200);
    }

    @Test
    void whoMayReadOne_seesThatOneAlone() {
        created(role("seen-a"));
        created(role("seen-b"));
        created(role("unseen"));
        ApiClient reader = server.member(owner, "pki-roles", "pki-roles", "role-reader", "pki/roles/seen-*", "read");
        List<String> names = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page =
                    reader.get("/v1/pki/roles?limit=1" + cursor).expect(200).json();
            page.get("roles").forEach(each -> names.add(each.get("name").stringValue()));
            cursor = page.get("has_more").booleanValue()
                    ? "&cursor=" + page.get("cursor").stringValue()
                    : null;
        } while (cursor != null);
        assertThat(names).containsExactly("seen-a", "seen-b");
        reader.get("/v1/pki/roles/seen-a").expect(200);
        reader.get("/v1/pki/roles/unseen").expect(403, "access_denied");
        reader.get("/v1/pki/roles/never-made").expect(403, "access_denied");
        reader.patch("/v1/pki/roles/seen-a", Map.of("ttl", "1h")).expect(403, "access_denied");
        reader.delete("/v1/pki/roles/seen-a").expect(403, "access_denied");
        assertThat(owner.get("/v1/pki/roles?ca_id=ca_01K9Z6F3V4M8Q2T7B5N1C0D9XE")
                        .expect(200)
                        .json()
                        .get("roles"))
                .isEmpty();
    }

    @Test
    void patch_changesWhatIsSent_andNullPutsItBack() {
        created(role("patched", "allowed_domains", List.of("a.test"), "ttl", "1h", "max_ttl", "2h"));
        JsonNode patched = owner.patch(
                        "/v1/pki/roles/patched",
                        "{\"allowed_domains\": [\"b.test\"], \"ttl\": null, \"allow_bare_domains\": true}",
                        "If-Match",
                        "\"1\"")
                .expect(200)
                .json();
        assertThat(patched.get("allowed_domains").get(0).stringValue()).isEqualTo("b.test");
        assertThat(patched.get("ttl").stringValue()).isEqualTo("2h");
        assertThat(patched.get("max_ttl").stringValue()).isEqualTo("2h");
        assertThat(patched.get("revision").intValue()).isEqualTo(2);
        assertThat(owner.get("/v1/pki/roles/patched").expect(200).json()).isEqualTo(patched);

        ApiClient.Reply late = owner.patch("/v1/pki/roles/patched", Map.of("ttl", "1h"), "If-Match", "\"1\"");
        late.expect(409, "version_conflict");
        assertThat(late.json().at("/error/details/current_version").intValue()).isEqualTo(2);
        owner.patch("/v1/pki/roles/patched", Map.of("name", "other")).expect(400, "invalid_role");
        owner.patch("/v1/pki/roles/patched", "{\"ca_id\": null}").expect(400, "invalid_role");
        owner.patch("/v1/pki/roles/patched", Map.of("surprise", 1)).expect(400, "invalid_request");
        owner.patch("/v1/pki/roles/patched", Map.of("ttl", List.of("1h"))).expect(400, "invalid_request");
        owner.patch("/v1/pki/roles/patched", "[]").expect(400, "invalid_request");
        owner.patch("/v1/pki/roles/patched", Map.of("max_ttl", "30m", "ttl", "1h"))
                .expect(400, "invalid_role");
        assertThat(owner.get("/v1/pki/roles/patched").expect(200).json()).isEqualTo(patched);

        owner.delete("/v1/pki/roles/patched", "If-Match", "\"1\"").expect(409, "version_conflict");
        owner.delete("/v1/pki/roles/patched", "If-Match", "\"2\"").expect(204);
        owner.delete("/v1/pki/roles/patched").expect(404, "role_not_found");
    }

    private static JsonNode tried(String role, Object body) {
        return owner.post("/v1/pki/roles/" + role + "/check", body).expect(200).json();
    }

    @Test
    void dryRun_namesTheRuleAndTheValue_andLeavesNothingBehind() {
        created(role("tried", "allowed_domains", List.of("*.a.test", "b.test"), "max_ttl", "1d"));
        String before = Sql.superuser(server).fingerprint("tnt_pki-roles");
        assertThat(tried("tried", Map.of("common_name", "x.a.test")).toString())
                .isEqualTo("{\"allowed\":true,\"violations\":[]}");
        Map<Map<String, Object>, String> refused = new HashMap<>();
        refused.put(Map.of("common_name", "x.c.test"), "allowed_domains name_not_allowed");
        refused.put(Map.of("common_name", "y.x.a.test"), "allow_subdomains name_not_allowed");
        refused.put(Map.of("common_name", "b.test"), "allow_bare_domains name_not_allowed");
        refused.put(Map.of("common_name", "*.a.test"), "allow_wildcard_certificates name_not_allowed");
        refused.put(Map.of("common_name", "localhost"), "allow_localhost name_not_allowed");
        refused.put(
                Map.of("common_name", "x.a.test", "ip_sans", List.of("10.0.0.1")), "allow_ip_sans name_not_allowed");
        refused.put(
                Map.of("common_name", "x.a.test", "alt_names", List.of("jo@a.test")),
                "allowed_email_domains name_not_allowed");
        refused.put(
                Map.of("common_name", "x.a.test", "alt_names", List.of("spiffe://a.test/x")),
                "allowed_uri_sans name_not_allowed");
        refused.put(Map.of("common_name", "x.a.test", "ttl", "25h"), "max_ttl ttl_exceeded");
        refused.put(
                Map.of("common_name", "x.a.test", "not_before", "2026-01-01T00:00:00Z"),
                "not_before_bound validation_error");
        refused.put(Map.of("alt_names", List.of("x.a.test")), "require_cn name_not_allowed");
        refused.forEach((wish, expected) -> {
            JsonNode answer = tried("tried", wish);
            assertThat(answer.get("allowed").booleanValue()).as(wish.toString()).isFalse();
            JsonNode first = answer.get("violations").get(0);
            assertThat(first.get("rule").stringValue() + " " + first.get("code").stringValue())
                    .as(wish.toString())
                    .isEqualTo(expected);
        });
        JsonNode many = tried(
                "tried",
                Map.of("common_name", "x.c.test", "alt_names", List.of("x.d.test"), "ip_sans", List.of("::1")));
        assertThat(many.get("violations")).hasSize(3);
        assertThat(Sql.superuser(server).fingerprint("tnt_pki-roles")).isEqualTo(before);
        owner.post("/v1/pki/roles/tried/check", Map.of("csr", "x")).expect(400, "invalid_request");
        owner.post("/v1/pki/roles/never-made/check", Map.of("common_name", "x.a.test"))
                .expect(404, "role_not_found");
    }

    @Test
    void dryRun_isPossibleForEveryKindOfKey_withoutMakingOne() {
        for (String type : List.of("ec", "rsa", "ed25519", "ml-dsa-65", "any")) {
            created(role("kind-" + type, "key_type", type, "allowed_domains", List.of("*.a.test")));
            assertThat(tried("kind-" + type, Map.of("common_name", "x.a.test"))
                            .get("allowed")
                            .booleanValue())
                    .as(type)
                    .isTrue();
        }
    }
}
