package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Advisories CVE-2025-49828, CVE-2025-49830, CVE-2026-39946 and their like: what callers write stays text. No engine of templates, expressions or look-ups, no SQL and no loader
 * of files or classes ever reads it.
 */
class HostileTextTest {
    private final RunningServer server = RunningServer.shared();

    static Stream<String> texts() {
        return Stream.of(
                "${7*7} #{7*7} {{7*7}} <%= 7*7 %> [[${7*7}]] *{7*7} @{7*7}",
                "${jndi:ldap://127.0.0.1:1/a} ${env:PATH} ${sys:user.dir} ${DATABASE_URL}",
                "#{T(java.lang.Runtime).getRuntime().exec('id')}",
                "{{identity.entity.name}} {{name}} {{password}}",
                "!include /etc/passwd !!javax.script.ScriptEngineManager []",
                "file:///etc/passwd http://169.254.169.254/latest/meta-data/ jar:file:/tmp/x!/y",
                "a'b\";-- ",
                "'; drop table secret; --",
                "x' or '1'='1' /*",
                "\\'; select pg_sleep(5); --",
                "% _ %% \\% \\_ [a-z]* .* ^$ (a+)+$",
                "?1 :name $1 $$ $tag$ ?::text {ts '2026-01-01'}",
                "%s %n %x %1$s %",
                "<script>alert(1)</script> \" onload=\"x ' <!--",
                "*)(uid=*))(|(uid=* ,cn=admin \\2a",
                "\u202e\u200b\ufeff\u00a0 \u00df\u4e2d\ud83d\udd11");
    }

    @ParameterizedTest
    @MethodSource("texts")
    void text_staysAsItWasWritten(String text) {
        PreparedTenant bystander = PreparedTenant.create(server, "hostile-bystander");
        String before = Sql.superuser(server).fingerprint(bystander.tenant());
        ApiClient owner = server.owner("hostile", "hostile");
        String path = "app/" + Integer.toHexString(text.hashCode());

        owner.put(
                "/v1/secrets/" + path,
                Map.of(
                        "data", Map.of(text, text, "nested", List.of(Map.of(text, text))),
                        "metadata",
                                Map.of(
                                        "description",
                                        text,
                                        "owner",
                                        text,
                                        "tags",
                                        List.of(text),
                                        "custom",
                                        Map.of(text, text)),
                        "options", Map.of("reason", text)));
        JsonNode read = owner.get("/v1/secrets/" + path).expect(200).json();
        assertThat(read.at("/data").get(text).stringValue()).isEqualTo(text);
        assertThat(read.at("/data/nested/0").get(text).stringValue()).isEqualTo(text);
        assertThat(read.at("/metadata/description").stringValue()).isEqualTo(text);
        assertThat(read.at("/metadata/custom").get(text).stringValue()).isEqualTo(text);

        // A filter compares; it is no pattern and no piece of a statement.
        owner.put(
                "/v1/secrets/other",
                Map.of("data", Map.of("a", "b"), "metadata", Map.of("owner", "else", "tags", List.of("else"))));
        for (String filter : List.of("owner", "tag", "q")) {
            JsonNode found = owner.get("/v1/secrets?" + filter + "=" + URLEncoder.encode(text, StandardCharsets.UTF_8))
                    .expect(200)
                    .json()
                    .get("secrets");
            assertThat(found.findValuesAsString("path")).as(filter).containsExactly(path);
        }
        assertThat(Sql.superuser(server).fingerprint(bystander.tenant())).isEqualTo(before);
    }

    /** Names of people and of policies are shown to administrators: as they are, or not at all. */
    @ParameterizedTest
    @MethodSource("texts")
    void name_isShownAsItIsOrRefused(String text) {
        ApiClient owner = server.owner("hostile", "hostile");
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("name", text);
        body.put("description", text);
        body.put("rules", List.of(Map.of("path_pattern", "x", "permissions", List.of("read"))));
        ApiClient.Reply created = owner.post("/v1/policies", body);
        if (created.status() == 201) {
            String id = created.json().get("id").stringValue();
            JsonNode shown = owner.get("/v1/policies/" + id).expect(200).json();
            assertThat(shown.get("name").stringValue()).isEqualTo(text);
            assertThat(shown.get("description").stringValue()).isEqualTo(text);
            owner.delete("/v1/policies/" + id).expect(204);
        } else {
            created.expect(422, "validation_error");
            assertThat(created.body()).doesNotContain(text);
        }

        ApiClient named = server.client(server.token("hostile", "hostile")
                .serviceAccount("named")
                .claim("name", text)
                .sign());
        String shown = named.get("/v1/auth/whoami")
                .expect(200)
                .json()
                .get("display_name")
                .stringValue();
        assertThat(shown).isIn(text, "sa:named");
    }

    /** In the place of an id, a path, a pattern or a word of ours it is refused, and not repeated. */
    @ParameterizedTest
    @MethodSource("texts")
    void textInThePlaceOfAName_isRefused(String text) {
        ApiClient owner = server.owner("hostile", "hostile");
        String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
        for (String uri : List.of(
                "/v1/policies/" + encoded,
                "/v1/policies/decisions/" + encoded,
                "/v1/secrets/" + encoded,
                "/v1/secrets?secret_type=" + encoded,
                "/v1/secrets?cursor=" + encoded,
                "/v1/secrets?expiring_within=" + encoded,
                "/v1/policies?scope=" + encoded,
                "/v1/policies/who-can?permission=read&path=" + encoded,
                "/v1/audit/logs?action=" + encoded,
                "/v1/audit/logs?from=" + encoded)) {
            ApiClient.Reply reply = owner.get(uri);
            assertThat(reply.status()).as(uri + " " + reply.body()).isIn(400, 404, 422);
            assertThat(reply.body()).doesNotContain(text);
        }
        for (Object body : List.of(
                Map.of("identity_type", "user", "identity_id", "user:" + text),
                Map.of("identity_type", text, "identity_id", "user:x"))) {
            String policy = owner.allow("group:x", "nothing", "read");
            ApiClient.Reply reply = owner.post("/v1/policies/" + policy + "/bindings", body);
            reply.expect(422, "validation_error");
            assertThat(reply.body()).doesNotContain(text);
        }
        owner.post(
                        "/v1/policies",
                        Map.of(
                                "name",
                                "pattern",
                                "rules",
                                List.of(Map.of("path_pattern", text, "permissions", List.of("read")))))
                .expect(400, "invalid_glob");
        owner.post(
                        "/v1/policies",
                        Map.of(
                                "name",
                                "permission",
                                "rules",
                                List.of(Map.of("path_pattern", "x", "permissions", List.of(text)))))
                .expect(400, "invalid_policy");
    }
}
