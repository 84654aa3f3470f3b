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

/** Secrets of a tenant over HTTP, as their document says. */
class SecretsApiTest {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Map<String, Object> VALUE = Map.of("data", Map.of("password", "not-a-real-one"));

    private final RunningServer server = RunningServer.shared();
    private final String tenant = "secrets" + COUNT.incrementAndGet();
    private ApiClient owner = server.client(null);

    @BeforeEach
    void owner() {
        owner = server.owner(tenant);
    }

    @Test
    void write_thenRead_givesTheValueAndItsVersion() {
        ApiClient.Reply created = owner.put("/v1/secrets/app/db", VALUE).expect(201);
        assertThat(created.header("ETag")).isEqualTo("\"1\"");
        assertThat(created.json().has("data")).isFalse();
        assertThat(created.json().get("secret_type").stringValue()).isEqualTo("kv");
        assertThat(created.header("Cache-Control")).isEqualTo("no-store");
        owner.put("/v1/secrets/app/db", Map.of("data", Map.of("a", Map.of("b", 1))))
                .expect(200);
        ApiClient.Reply second = owner.get("/v1/secrets/app/db").expect(200);
        assertThat(second.json().get("version").intValue()).isEqualTo(2);
        assertThat(second.json().get("secret_type").stringValue()).isEqualTo("json");
        assertThat(second.json().at("/data/a/b").intValue()).isEqualTo(1);
        assertThat(second.header("Cache-Control")).isEqualTo("no-store");
        assertThat(second.header("Strict-Transport-Security")).isNotEmpty();
        ApiClient.Reply first = owner.get("/v1/secrets/app/db?version=1").expect(200);
        assertThat(first.json().at("/data/password").stringValue()).isEqualTo("not-a-real-one");
        assertThat(first.header("ETag")).isEqualTo("\"1\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"n\":1.10,\"big\":1e400,\"whole\":123456789012345678901234567890,\"minus\":-0.0,\"small\":1E-9}",
                "{\"text\":\"\\u00e9 \\ud83d\\ude00 \\\" \\\\ / tab\\t\",\"empty\":{},\"list\":[],\"null\":null,\"flag\":true}",
                "{\"\":\"empty name\",\"a.b\":1,\"__proto__\":{\"x\":1}}",
                "{\"nul\":\"\\u0000\",\"del\":\"\\u007f\"}"
            })
    void data_keepsItsSpelling(String data) {
        owner.put("/v1/secrets/numbers", "{\"data\":" + data + "}").expect(201);
        String body = owner.get("/v1/secrets/numbers").expect(200).body();
        JsonNode read = owner.get("/v1/secrets/numbers").json();
        assertThat(read.get("data").size())
                .isEqualTo(tools.jackson.databind.json.JsonMapper.shared()
                        .readTree(data)
                        .size());
        if (data.contains("1e400")) {
            assertThat(body)
                    .contains("1.10")
                    .contains("123456789012345678901234567890")
                    .containsIgnoringCase("1e400")
                    .contains("-0.0")
                    .contains("1E-9");
        } else {
            assertThat(read.get("data"))
                    .isEqualTo(tools.jackson.databind.json.JsonMapper.shared().readTree(data));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            new | If-Match      | "1"  |     | 409
            new | If-None-Match | *    |     | 201
            new |               |      | 0   | 201
            new |               |      | 1   | 409
            old | If-Match      | "2"  |     | 200
            old | If-Match      | "1"  |     | 409
            old | If-Match      | "3"  |     | 409
            old | If-None-Match | *    |     | 409
            old |               |      | 2   | 200
            old |               |      | 0   | 409
            old |               |      | 1   | 409
            old | If-Match      | 2    |     | 422
            old | If-Match      | *    |     | 422
            old | If-Match      | W/"2" |    | 422
            old | If-Match      | "1", "2" | | 422
            old | If-Match      | "0"  |     | 422
            old | If-Match      | "99999999999" | | 422
            old | If-None-Match | "2"  |     | 422
            old | If-Match      | "2"  | 2   | 422
            old |               |      | -1  | 422
            """)
    void checkAndSet_changesOnlyWhatIsAsExpected(String state, String header, String value, Integer cas, int status) {
        if (state.equals("old")) {
            owner.put("/v1/secrets/cas", VALUE).expect(201);
            owner.put("/v1/secrets/cas", VALUE).expect(200);
        }
        Object body = cas == null ? VALUE : Map.of("data", Map.of("a", 1), "options", Map.of("cas", cas));
        ApiClient.Reply reply =
                header == null ? owner.put("/v1/secrets/cas", body) : owner.put("/v1/secrets/cas", body, header, value);
        reply.expect(status);
        int before = state.equals("old") ? 2 : 0;
        if (status == 409) {
            assertThat(reply.code()).isEqualTo("version_conflict");
            assertThat(reply.json().at("/error/details/current_version").intValue())
                    .isEqualTo(before);
        }
        ApiClient.Reply after = owner.get("/v1/secrets/cas");
        int expected = status < 300 ? before + 1 : before;
        assertThat(after.status() == 404 ? 0 : after.json().get("version").intValue())
                .isEqualTo(expected);
    }

    @Test
    void expiredSecret_isGivenWithAHeader_orWithheldAsItsOwnerWants() {
        owner.put("/v1/secrets/kept", "{\"data\":{\"a\":1},\"options\":{\"expires_in\":\"1h\"}}")
                .expect(201);
        owner.put(
                        "/v1/secrets/denied",
                        "{\"data\":{\"a\":1},\"options\":{\"expires_in\":3600,\"expire_action\":\"deny\"}}")
                .expect(201);
        assertThat(owner.get("/v1/secrets/kept").expect(200).header("X-ScaiVault-Expired"))
                .isEmpty();
        owner.get("/v1/secrets/denied").expect(200);
        Sql.superuser(server)
                .update(
                        "update secret set expires_at = now() - interval '1 minute' where tenant_id = ?",
                        "tnt_" + tenant);
        ApiClient.Reply kept = owner.get("/v1/secrets/kept").expect(200);
        assertThat(kept.header("X-ScaiVault-Expired")).isEqualTo("true");
        ApiClient.Reply denied = owner.get("/v1/secrets/denied").expect(410, "secret_expired");
        assertThat(denied.body()).doesNotContain("\"data\"");
        ApiClient.Reply batch = owner.post("/v1/secrets/batch", Map.of("paths", List.of("kept", "denied")))
                .expect(200);
        assertThat(batch.json().at("/errors/denied/code").stringValue()).isEqualTo("secret_expired");
        assertThat(batch.json().at("/secrets/kept/version").intValue()).isEqualTo(1);
        owner.put("/v1/secrets/denied", "{\"data\":{\"a\":2},\"options\":{\"expires_in\":null}}")
                .expect(200);
        owner.get("/v1/secrets/denied").expect(200);
    }

    @Test
    void options_stickUntilTheyAreChanged() {
        owner.put(
                        "/v1/secrets/opt",
                        "{\"data\":{\"a\":1},\"options\":{\"max_versions\":3,\"expires_in\":\"90d\",\"notify_before\":[\"14d\",\"1d\"]}}")
                .expect(201);
        JsonNode kept = owner.put("/v1/secrets/opt", VALUE).expect(200).json();
        assertThat(kept.at("/options/max_versions").intValue()).isEqualTo(3);
        assertThat(kept.at("/options/expires_in").stringValue()).isEqualTo("90d");
        assertThat(kept.at("/options/notify_before").size()).isEqualTo(2);
        assertThat(kept.get("expires_at").isNull()).isFalse();
        JsonNode cleared = owner.put(
                        "/v1/secrets/opt",
                        "{\"data\":{\"a\":1},\"options\":{\"max_versions\":null,\"expires_in\":null}}")
                .expect(200)
                .json();
        assertThat(cleared.at("/options/max_versions").intValue()).isEqualTo(10);
        assertThat(cleared.get("expires_at").isNull()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"0d\"",
                "\"-1d\"",
                "\"1y\"",
                "\"1.5d\"",
                "\"\"",
                "\"99999999999d\"",
                "0",
                "-5",
                "\" 1d\"",
                "\"1D\""
            })
    void malformedDuration_isRefused(String duration) {
        owner.put("/v1/secrets/dur", "{\"data\":{\"a\":1},\"options\":{\"expires_in\":" + duration + "}}")
                .expect(400, "invalid_duration");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"data":{"a":1},"secret_type":"password"}            | 400 | invalid_secret_type
            {"data":{"a":1},"secret_type":"KV"}                  | 400 | invalid_secret_type
            {"data":[1]}                                         | 400 | invalid_request
            {"data":null}                                        | 422 | validation_error
            {"data":"text"}                                      | 400 | invalid_request
            {}                                                   | 422 | validation_error
            {"data":{"a":1},"options":{"max_versions":0}}        | 422 | validation_error
            {"data":{"a":1},"options":{"max_versions":1001}}     | 422 | validation_error
            {"data":{"a":1},"options":{"max_versions":"3"}}      | 422 | validation_error
            {"data":{"a":1},"options":{"expire_action":"drop"}}  | 422 | validation_error
            {"data":{"a":1},"options":{"rotation_policy_id":"rot_x"}} | 404 | rotation_policy_not_found
            {"data":{"a":1},"metadata":{"tags":"mail"}}          | 422 | validation_error
            {"data":{"a":1},"metadata":{"owner":7}}              | 422 | validation_error
            {"data":{"a":1},"metadata":[]}                       | 400 | invalid_request
            {"data":{"a":1},"data":{"a":2}}                      | 400 | invalid_request
            {"data":{"a":1,"a":2}}                               | 400 | invalid_request
            {"dtaa":{"a":1}}                                     | 400 | invalid_request
            {"data":{"a":1},"options":{"max_version":3}}         | 400 | invalid_request
            """)
    void malformedWrite_isRefusedAndStoresNothing(String body, int status, String code) {
        ApiClient.Reply reply = owner.put("/v1/secrets/bad", body).expect(status, code);
        if (body.contains("dtaa")) {
            assertThat(reply.json().at("/error/details/field").stringValue()).isEqualTo("dtaa");
        }
        owner.get("/v1/secrets/bad").expect(404, "secret_not_found");
    }

    @Test
    void metadata_replacesWhenSent_staysWhenNot_andIsPatchedByMerge() {
        owner.put(
                        "/v1/secrets/meta",
                        Map.of("data", Map.of("a", 1), "metadata", Map.of("owner", "team:a", "cost", "1")))
                .expect(201);
        assertThat(owner.put("/v1/secrets/meta", VALUE)
                        .json()
                        .at("/metadata/cost")
                        .stringValue())
                .isEqualTo("1");
        JsonNode replaced = owner.put(
                        "/v1/secrets/meta", Map.of("data", Map.of("a", 1), "metadata", Map.of("owner", "team:b")))
                .json();
        assertThat(replaced.get("metadata").size()).isEqualTo(1);
        ApiClient.Reply patched = owner.send(
                        "PATCH",
                        "/v1/secrets/meta:metadata",
                        "{\"owner\":null,\"nested\":{\"x\":1,\"y\":null},\"tags\":[\"t\"]}",
                        "Content-Type",
                        "application/merge-patch+json")
                .expect(200);
        assertThat(patched.json().get("metadata").toString())
                .contains("\"x\":1")
                .doesNotContain("owner")
                .doesNotContain("\"y\"");
        assertThat(patched.json().get("version").intValue()).isEqualTo(3);
        owner.patch("/v1/secrets/meta:metadata", Map.of("a", 1), "If-Match", "\"2\"")
                .expect(409, "version_conflict");
        owner.patch("/v1/secrets/meta:metadata", Map.of("a", 1), "If-Match", "\"3\"")
                .expect(200);
        owner.patch("/v1/secrets/none:metadata", Map.of("a", 1)).expect(404, "secret_not_found");
    }

    @Test
    void metadata_isForWhoMayListButNotRead() {
        owner.put("/v1/secrets/app/db", VALUE).expect(201);
        ApiClient lister = server.member(owner, tenant, "acme", "lister", "app/*", "list");
        JsonNode metadata =
                lister.get("/v1/secrets/app/db:metadata").expect(200).json();
        assertThat(metadata.has("data")).isFalse();
        assertThat(metadata.get("version_count").intValue()).isEqualTo(1);
        lister.get("/v1/secrets/app/db").expect(403, "access_denied");
        lister.get("/v1/secrets/app/none:metadata").expect(404, "secret_not_found");
    }

    @Test
    void softDelete_hidesUntilRestored() {
        owner.put("/v1/secrets/soft", VALUE).expect(201);
        owner.put("/v1/secrets/soft", VALUE).expect(200);
        owner.delete("/v1/secrets/soft", "If-Match", "\"1\"").expect(409, "version_conflict");
        JsonNode deleted = owner.delete("/v1/secrets/soft").expect(200).json();
        assertThat(deleted.get("permanent").booleanValue()).isFalse();
        assertThat(deleted.get("version_count").intValue()).isEqualTo(2);
        assertThat(deleted.has("recoverable_until")).isTrue();
        ApiClient.Reply gone = owner.get("/v1/secrets/soft").expect(404, "secret_not_found");
        assertThat(gone.json().at("/error/details/deleted").booleanValue()).isTrue();
        ApiClient reader = server.member(owner, tenant, "acme", "reader", "soft", "read");
        assertThat(reader.get("/v1/secrets/soft")
                        .expect(404, "secret_not_found")
                        .json()
                        .at("/error/details/deleted")
                        .isMissingNode())
                .isTrue();
        owner.put("/v1/secrets/soft", VALUE).expect(409, "secret_exists");
        owner.delete("/v1/secrets/soft").expect(404, "secret_not_found");
        assertThat(owner.get("/v1/secrets").json().get("secrets")).isEmpty();
        assertThat(owner.get("/v1/secrets?include_deleted=true").json().get("secrets"))
                .hasSize(1);
        assertThat(owner.get("/v1/secrets/soft:metadata").expect(200).json().has("deleted_at"))
                .isTrue();
        owner.post("/v1/secrets/soft:restore", null).expect(200);
        assertThat(owner.get("/v1/secrets/soft?version=1")
                        .expect(200)
                        .json()
                        .get("version")
                        .intValue())
                .isEqualTo(1);
        assertThat(owner.post("/v1/secrets/soft:restore", null)
                        .expect(409, "conflict")
                        .json()
                        .at("/error/details/state")
                        .stringValue())
                .isEqualTo("active");
        owner.post("/v1/secrets/never:restore", null).expect(404, "secret_not_found");
    }

    @Test
    void permanentDelete_destroysEverythingAndLeavesATombstone() {
        owner.put("/v1/secrets/perm", VALUE).expect(201);
        String requestId = AuditRow.newRequestId();
        JsonNode deleted = owner.delete("/v1/secrets/perm?permanent=true", "X-Request-ID", requestId)
                .expect(200)
                .json();
        assertThat(deleted.get("permanent").booleanValue()).isTrue();
        assertThat(deleted.has("recoverable_until")).isFalse();
        assertThat(AuditRow.of(server, requestId)).singleElement().satisfies(row -> {
            assertThat(row.text("action")).isEqualTo("delete");
            assertThat(row.text("extra_data")).contains("\"permanent\": true");
        });
        ApiClient.Reply after = owner.get("/v1/secrets/perm").expect(404, "secret_not_found");
        assertThat(after.json().at("/error/details/deleted").isMissingNode()).isTrue();
        owner.post("/v1/secrets/perm:restore", null).expect(404, "secret_not_found");
        Sql sql = Sql.superuser(server);
        assertThat(sql.rows("select 1 from secret_version where tenant_id = ? and path = 'perm'", "tnt_" + tenant))
                .isEmpty();
        assertThat(sql.value("select destroyed_by from secret_tombstone where tenant_id = ?", "tnt_" + tenant))
                .isEqualTo("user:owner@" + tenant + ".test");
        assertThat(owner.put("/v1/secrets/perm", VALUE)
                        .expect(201)
                        .json()
                        .get("version")
                        .intValue())
                .isEqualTo(1);
        owner.delete("/v1/secrets/perm").expect(200);
        owner.delete("/v1/secrets/perm?permanent=true").expect(200);
    }

    @Test
    void destroyedVersion_isGoneAndSaysSo() {
        owner.put("/v1/secrets/ver", VALUE).expect(201);
        owner.put("/v1/secrets/ver", VALUE).expect(200);
        JsonNode destroyed =
                owner.delete("/v1/secrets/ver?version=1").expect(200).json();
        assertThat(destroyed)
                .isEqualTo(tools.jackson.databind.json.JsonMapper.shared()
                        .readTree("{\"path\":\"ver\",\"permanent\":true,\"version\":1,\"version_count\":1}"));
        ApiClient.Reply gone = owner.get("/v1/secrets/ver?version=1").expect(404, "version_not_found");
        assertThat(gone.json().at("/error/details/destroyed").booleanValue()).isTrue();
        owner.delete("/v1/secrets/ver?version=1").expect(404, "version_not_found");
        owner.delete("/v1/secrets/ver?version=9").expect(404, "version_not_found");
        owner.get("/v1/secrets/ver?version=9").expect(404, "version_not_found");
        owner.delete("/v1/secrets/ver?version=1&permanent=true").expect(400, "invalid_request");
        owner.get("/v1/secrets/ver").expect(200);
        assertThat(Sql.superuser(server)
                        .value(
                                "select count(*) from secret_version where tenant_id = ? and path = 'ver' and version = 1 and ciphertext is null and wrapped_data_key is null",
                                "tnt_" + tenant))
                .isEqualTo(1L);
    }

    @Test
    void destroyOfAVersion_takesNoIfMatch_ratherThanIgnoreIt() {
        owner.put("/v1/secrets/vermatch", VALUE).expect(201);
        owner.put("/v1/secrets/vermatch", VALUE).expect(200);
        owner.delete("/v1/secrets/vermatch?version=1", "If-Match", "\"1\"").expect(422, "validation_error");
        owner.get("/v1/secrets/vermatch?version=1").expect(200);
    }

    @Test
    void versions_areListedNewestFirst_inPages_andPrunedBeyondTheMaximum() {
        owner.put("/v1/secrets/many", "{\"data\":{\"a\":1},\"options\":{\"max_versions\":3,\"reason\":\"first\"}}")
                .expect(201);
        for (int i = 0; i < 4; i++) {
            owner.put("/v1/secrets/many", VALUE, "User-Agent", "writer/2.0").expect(200);
        }
        JsonNode all = owner.get("/v1/secrets/many:versions").expect(200).json();
        assertThat(all.get("versions"))
                .extracting(version -> version.get("version").intValue())
                .containsExactly(5, 4, 3);
        assertThat(all.at("/versions/0/current").booleanValue()).isTrue();
        assertThat(all.at("/versions/0/client").stringValue()).isEqualTo("writer/2.0");
        assertThat(all.at("/versions/0/created_by").stringValue()).isEqualTo("user:owner@" + tenant + ".test");
        owner.get("/v1/secrets/many?version=1").expect(404, "version_not_found");
        JsonNode page = owner.get("/v1/secrets/many:versions?limit=2").json();
        assertThat(page.get("has_more").booleanValue()).isTrue();
        JsonNode rest = owner.get("/v1/secrets/many:versions?limit=2&cursor="
                        + page.get("cursor").stringValue())
                .json();
        assertThat(rest.get("versions"))
                .extracting(version -> version.get("version").intValue())
                .containsExactly(3);
        assertThat(rest.get("has_more").booleanValue()).isFalse();
        owner.put("/v1/secrets/other", VALUE).expect(201);
        owner.get("/v1/secrets/other:versions?cursor=" + page.get("cursor").stringValue())
                .expect(400, "invalid_cursor");
    }

    @Test
    void batch_givesWhatItMayAndSaysWhyNot() {
        owner.put("/v1/secrets/b/one", VALUE).expect(201);
        owner.put("/v1/secrets/c/two", VALUE).expect(201);
        ApiClient member = server.member(owner, tenant, "acme", "batcher", "b/**", "read", "list");
        JsonNode reply = member.post(
                        "/v1/secrets/batch", Map.of("paths", List.of("b/one", "b/none", "c/two", "c/none")))
                .expect(200)
                .json();
        assertThat(reply.get("secrets").propertyNames()).containsExactly("b/one");
        assertThat(reply.at("/errors/b~1none/code").stringValue()).isEqualTo("secret_not_found");
        // Alike but for the decision, which each path has of its own.
        assertThat(reply.at("/errors/c~1two").propertyNames())
                .isEqualTo(reply.at("/errors/c~1none").propertyNames());
        assertThat(reply.at("/errors/c~1two/message")).isEqualTo(reply.at("/errors/c~1none/message"));
        assertThat(reply.at("/errors/c~1none/code").stringValue()).isEqualTo("access_denied");
        assertThat(reply.at("/errors/c~1two/code").stringValue()).isEqualTo("access_denied");
        ApiClient.Reply fast = member.post(
                        "/v1/secrets/batch",
                        Map.of("paths", List.of("b/one", "c/two"), "options", Map.of("fail_fast", true)))
                .expect(200);
        assertThat(fast.json().get("secrets")).isEmpty();
        assertThat(fast.json().get("errors").propertyNames()).containsExactly("c/two");
        List<String> tooMany =
                java.util.stream.IntStream.range(0, 101).mapToObj(i -> "p" + i).toList();
        owner.post("/v1/secrets/batch", Map.of("paths", tooMany)).expect(422, "validation_error");
        owner.post("/v1/secrets/batch", Map.of("paths", List.of())).expect(422, "validation_error");
        owner.post("/v1/secrets/batch", Map.of("paths", List.of("B"))).expect(400, "invalid_path");
        owner.post("/v1/secrets/batch", Map.of("paths", List.of("b/one"), "options", Map.of("version", 7)))
                .expect(200);
        JsonNode metadata = member.post(
                        "/v1/secrets/batch/metadata", Map.of("paths", List.of("**"), "expand_wildcards", true))
                .expect(200)
                .json();
        assertThat(metadata.get("secrets").propertyNames()).containsExactly("b/one");
        owner.post("/v1/secrets/batch/metadata", Map.of("paths", List.of("/x/*"), "expand_wildcards", true))
                .expect(400, "invalid_glob");
    }

    @Test
    void secretCalledBatch_isReadByGet() {
        owner.put("/v1/secrets/batch", VALUE).expect(201);
        owner.put("/v1/secrets/batch/metadata", VALUE).expect(201);
        owner.get("/v1/secrets/batch").expect(200);
        owner.get("/v1/secrets/batch/metadata").expect(200);
        owner.get("/v1/secrets/batch:metadata").expect(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"A", "a.b", "a//b", "a/", "a b", "a%62", "a/./b", "a/../b", "1/2/3/4/5/6/7/8/9/10/11"})
    void illegalPath_isRefusedOnEveryVerb(String path) {
        String uri = "/v1/secrets/" + path.replace(" ", "%20");
        owner.get(uri).expect(400, "invalid_path");
        owner.put(uri, VALUE).expect(400, "invalid_path");
        owner.delete(uri).expect(400, "invalid_path");
        owner.get(uri + ":metadata").expect(400, "invalid_path");
    }

    @Test
    void longestPath_isTaken_andOneMoreIsNot() {
        String longest = "a".repeat(512);
        owner.put("/v1/secrets/" + longest, VALUE).expect(201);
        owner.get("/v1/secrets/" + longest).expect(200);
        owner.put("/v1/secrets/" + longest + "a", VALUE).expect(400, "invalid_path");
        owner.put("/v1/secrets/1/2/3/4/5/6/7/8/9/10", VALUE).expect(201);
    }

    @Test
    void lastAccess_isUnknownUntilRead() {
        JsonNode created = owner.put("/v1/secrets/seen", VALUE).expect(201).json();
        assertThat(created.get("last_accessed_at").isNull()).isTrue();
    }
}
