package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Other vaults over HTTP, as their administrators and readers use them, with Secrets Manager as moto plays it. */
class FederationApiTest {
    private static final String BACKENDS = "/v1/federation/backends";
    private static final String CANARY = "CANARY-fed-value-31";

    private static RunningServer server;
    private static ApiClient owner;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("federated", "federated");
        PreparedVaults.giveCredentials(owner);
        PreparedVaults.put("old/app/db", "{\"password\":\"" + CANARY + "\"}");
        PreparedVaults.put("old/app/token", CANARY + "-text");
        PreparedVaults.put("old/other", "x");
        owner.post(BACKENDS, PreparedVaults.body("old", "external/old/**", "old/**"))
                .expect(201);
    }

    private static List<String> paths(JsonNode list) {
        return list.get("secrets")
                .valueStream()
                .map(secret -> secret.get("path").stringValue())
                .toList();
    }

    /** The newest rows of a path. */
    private static JsonNode rows(String path) {
        return owner.get("/v1/audit/secrets/" + path).expect(200).json().get("logs");
    }

    @Test
    void backend_isMadeShownChangedAndDeleted_andItsCredentialsNeverShown() {
        JsonNode created = owner.post(BACKENDS, PreparedVaults.body("whole-life", "external/life/**", "life/**"))
                .expect(201)
                .json();
        String uri = BACKENDS + "/" + PreparedVaults.id(created);
        assertThat(PreparedVaults.id(created)).startsWith("fed_");
        assertThat(created.get("type").stringValue()).isEqualTo("aws-secrets-manager");
        assertThat(created.get("mode").stringValue()).isEqualTo("proxy");
        assertThat(created.at("/config/credentials_path").stringValue()).isEqualTo(PreparedVaults.CREDENTIALS);
        assertThat(created.get("path_mapping").get("external/life/**").stringValue())
                .isEqualTo("life/**");

        ApiClient.Reply read = owner.get(uri).expect(200);
        assertThat(read.json()).isEqualTo(created);
        assertThat(read.header("ETag")).isEqualTo("\"1\"");
        assertThat(owner.get(BACKENDS).expect(200).body())
                .contains("whole-life")
                .doesNotContain("CANARY")
                .doesNotContain("AKIDEXAMPLE");

        JsonNode status = owner.get(uri + "/status").expect(200).json();
        assertThat(status.get("status").stringValue()).isEqualTo("healthy");
        assertThat(status.get("reason").isNull()).isTrue();

        JsonNode changed = owner.patch(uri, Map.of("path_mapping", Map.of("external/lives/*", "lives/*")))
                .expect(200)
                .json();
        assertThat(changed.get("path_mapping").get("external/lives/*").stringValue())
                .isEqualTo("lives/*");
        assertThat(changed.get("revision").intValue()).isEqualTo(2);
        owner.patch(uri, Map.of("mode", "proxy"), "If-Match", "\"1\"").expect(409, "version_conflict");

        owner.delete(uri).expect(204);
        owner.get(uri).expect(404, "backend_not_found");
        owner.get(uri + "/status").expect(404, "backend_not_found");
        owner.delete(uri).expect(404, "backend_not_found");
    }

    @Test
    void secretThere_isReadAsOneOfOurs_andSaysWhereItLies() {
        ApiClient.Reply read = owner.get("/v1/secrets/external/old/app/db").expect(200);
        JsonNode secret = read.json();
        assertThat(secret.at("/data/password").stringValue()).isEqualTo(CANARY);
        assertThat(secret.get("secret_type").stringValue()).isEqualTo("json");
        assertThat(secret.get("backend").stringValue()).isEqualTo("old");
        assertThat(secret.has("options")).isFalse();
        int version = secret.get("version").intValue();
        assertThat(read.header("ETag")).isEqualTo("\"" + version + "\"");
        assertThat(owner.get("/v1/secrets/external/old/app/token")
                        .expect(200)
                        .json()
                        .at("/data/value")
                        .stringValue())
                .isEqualTo(CANARY + "-text");

        owner.get("/v1/secrets/external/old/app/db?version=1").expect(404, "version_not_found");
        owner.get("/v1/secrets/external/old/app/none").expect(404, "secret_not_found");

        JsonNode metadata = owner.get("/v1/secrets/external/old/app/db:metadata")
                .expect(200)
                .json();
        assertThat(metadata.get("version_count").intValue()).isEqualTo(1);
        assertThat(metadata.get("backend").stringValue()).isEqualTo("old");
        JsonNode versions = owner.get("/v1/secrets/external/old/app/db:versions")
                .expect(200)
                .json();
        assertThat(versions.get("versions")).hasSize(1);
    }

    @Test
    void listsAndBatches_haveWhatLiesThereAmongOurs() {
        owner.put("/v1/secrets/external/a", Map.of("data", Map.of("k", "v"))).expect(201);
        owner.put("/v1/secrets/external/z", Map.of("data", Map.of("k", "v"))).expect(201);

        JsonNode all = owner.get("/v1/secrets?prefix=external/").expect(200).json();
        assertThat(paths(all))
                .containsSubsequence(
                        "external/a",
                        "external/old/app/db",
                        "external/old/app/token",
                        "external/old/other",
                        "external/z");
        assertThat(all.at("/secrets/1/backend").stringValue()).isEqualTo("old");
        JsonNode folders = owner.get("/v1/secrets?prefix=external/old/&recursive=false")
                .expect(200)
                .json();
        assertThat(paths(folders)).containsExactly("external/old/other");
        assertThat(folders.at("/folders/0").stringValue()).isEqualTo("external/old/app/");

        JsonNode batch = owner.post(
                        "/v1/secrets/batch",
                        Map.of("paths", List.of("external/a", "external/old/app/db", "external/old/none")))
                .expect(200)
                .json();
        assertThat(batch.get("secrets").propertyNames()).containsExactly("external/a", "external/old/app/db");
        assertThat(batch.at("/secrets/external~1old~1app~1db/backend").stringValue())
                .isEqualTo("old");
        assertThat(batch.at("/errors/external~1old~1none/code").stringValue()).isEqualTo("secret_not_found");
        JsonNode described = owner.post(
                        "/v1/secrets/batch/metadata", Map.of("paths", List.of("external/a", "external/old/app/db")))
                .expect(200)
                .json();
        assertThat(described.get("secrets").propertyNames()).containsExactly("external/a", "external/old/app/db");
    }

    @Test
    void changesThere_areRefused_andNamed() {
        String path = "/v1/secrets/external/old/app/db";
        JsonNode refused = owner.put(path, Map.of("data", Map.of("password", "other")))
                .expect(409, "backend_read_only")
                .json();
        assertThat(refused.at("/error/details/backend").stringValue()).isEqualTo("old");
        owner.delete(path).expect(409, "backend_read_only");
        owner.post(path + ":restore", null).expect(409, "backend_read_only");
        owner.patch(path + ":metadata", Map.of("owner", "me")).expect(409, "backend_read_only");
        assertThat(owner.get(path).expect(200).json().at("/data/password").stringValue())
                .isEqualTo(CANARY);
    }

    @Test
    void everyRead_isRecordedWithTheBackend_andWithoutTheValue() {
        owner.get("/v1/secrets/external/old/app/token").expect(200);
        JsonNode rows = rows("external/old/app/token");
        assertThat(rows.get(0).get("action").stringValue()).isEqualTo("read");
        assertThat(rows.get(0).at("/extra_data/backend").stringValue()).isEqualTo("old");
        assertThat(rows.toString()).doesNotContain(CANARY);

        for (String what : List.of(":versions", ":metadata")) {
            owner.get("/v1/secrets/external/old/app/token" + what).expect(200);
            assertThat(rows("external/old/app/token")
                            .get(0)
                            .at("/extra_data/backend")
                            .stringValue())
                    .as(what)
                    .isEqualTo("old");
        }
        owner.get("/v1/secrets?prefix=external/old/app").expect(200);
        assertThat(rows("external/old/app").get(0).at("/extra_data/backends/0").stringValue())
                .isEqualTo("old");

        JsonNode credentials = rows(PreparedVaults.CREDENTIALS);
        assertThat(credentials.valueStream().map(row -> row.get("identity_id").stringValue()))
                .contains("system:federation");
        assertThat(credentials.toString()).contains("user:owner@federated.test");
    }

    @Test
    void rules_holdForPathsThere_asForOurs() {
        ApiClient reader =
                server.member(owner, "federated", "federated", "app-reader", "external/old/app/*", "read", "list");
        reader.get("/v1/secrets/external/old/app/db").expect(200);
        reader.get("/v1/secrets/external/old/other").expect(403, "access_denied");
        reader.get("/v1/secrets/external/old/none").expect(403, "access_denied");
        assertThat(paths(reader.get("/v1/secrets").expect(200).json()))
                .containsExactly("external/old/app/db", "external/old/app/token");
        reader.put("/v1/secrets/external/old/app/db", Map.of("data", Map.of("k", "v")))
                .expect(403, "access_denied");

        ApiClient stranger = server.owner("unfederated", "federated");
        stranger.get("/v1/secrets/external/old/app/db").expect(404, "secret_not_found");
        assertThat(stranger.get(BACKENDS).expect(200).json().get("backends")).isEmpty();
    }

    /** Names are matched as paths are written: nothing that a request can say leads out of the mapping. */
    @Test
    void pathsThatTryToLeave_areRefusedBeforeAnyoneIsAsked() {
        for (String path : List.of(
                "external/old/../../etc",
                "external/old/%2e%2e/x",
                "external/old/app%2Fdb",
                "external/old//app",
                "external/old/app%5Cdb",
                "external/old/app/db%00")) {
            assertThat(owner.get("/v1/secrets/" + path).status()).as(path).isBetween(400, 404);
        }
        owner.get("/v1/secrets/external/old/app/DB").expect(400, "invalid_path");
    }

    @Test
    void whoMayNotReadTheCredentials_configuresNothingWithThem() {
        ApiClient operator = server.client(server.token("federated", "federated")
                .user("operator@federated.test")
                .role("tenant_admin")
                .sign());
        JsonNode refused = operator.post(BACKENDS, PreparedVaults.body("sneaky", "sneaky/**", "old/**"))
                .expect(403, "access_denied")
                .json();
        assertThat(refused.at("/error/details/field").stringValue()).isEqualTo("config.credentials_path");
        String id = PreparedVaults.id(owner.post(BACKENDS, PreparedVaults.body("kept", "kept/**", "old/**"))
                .expect(201)
                .json());
        operator.patch(BACKENDS + "/" + id, Map.of("path_mapping", Map.of("wider/**", "**")))
                .expect(403, "access_denied");
        operator.get(BACKENDS + "/" + id).expect(200);
        operator.delete(BACKENDS + "/" + id).expect(204);
    }

    @Test
    void whatIsWrongWithABackend_isToldByItsField_andNothingIsKept() {
        Map<String, Object> good = PreparedVaults.body("wrong", "external/wrong/**", "wrong/**");
        assertThat(field(with(good, "config", Map.of("region", "nowhere")))).isEqualTo("config.region");
        assertThat(field(with(good, "config", Map.of("region", "eu-central-1", "secret_key", CANARY))))
                .isEqualTo("config.secret_key");
        Map<String, Object> noSecret = new HashMap<>(PreparedVaults.config());
        noSecret.put("credentials_path", "ops/none");
        assertThat(field(with(good, "config", noSecret))).isEqualTo("config.credentials_path");
        Map<String, Object> nobody = new HashMap<>(PreparedVaults.config());
        nobody.put("endpoint", "http://127.0.0.1:1");
        assertThat(field(with(good, "config", nobody))).isEqualTo("config.endpoint");
        assertThat(field(with(good, "config", Map.of("region", "eu-central-1"))))
                .isEqualTo("config.credentials_path");
        assertThat(field(with(good, "path_mapping", Map.of("external/wrong/**", "wrong/*"))))
                .isEqualTo("path_mapping");
        assertThat(field(with(good, "path_mapping", Map.of("ops/**", "wrong/**"))))
                .isEqualTo("path_mapping");
        owner.post(BACKENDS, with(good, "type", "cyberark")).expect(422, "validation_error");
        owner.post(BACKENDS, with(good, "mode", "mirror")).expect(422, "validation_error");
        owner.post(BACKENDS, with(good, "name", "Upper")).expect(422, "validation_error");
        assertThat(owner.get(BACKENDS).expect(200).body())
                .doesNotContain("wrong")
                .doesNotContain(CANARY);
    }

    private static Map<String, Object> with(Map<String, Object> body, String member, Object value) {
        Map<String, Object> changed = new HashMap<>(body);
        changed.put(member, value);
        return changed;
    }

    private static String field(Map<String, Object> body) {
        ApiClient.Reply refused = owner.post(BACKENDS, body).expect(400, "invalid_config");
        assertThat(refused.body()).doesNotContain(CANARY);
        return refused.json().at("/error/details/field").stringValue();
    }

    @Test
    void pathsThatAreTaken_areNotMappedAgain() {
        JsonNode mapped = owner.post(BACKENDS, PreparedVaults.body("second", "external/old/app/*", "two/*"))
                .expect(409, "conflict")
                .json();
        assertThat(mapped.at("/error/details/backend").stringValue()).isEqualTo("old");
        owner.put("/v1/secrets/local/here", Map.of("data", Map.of("k", "v"))).expect(201);
        JsonNode occupied = owner.post(BACKENDS, PreparedVaults.body("third", "local/**", "three/**"))
                .expect(409, "conflict")
                .json();
        assertThat(occupied.at("/error/details/state").stringValue()).isEqualTo("occupied");
        owner.delete("/v1/secrets/local/here").expect(200);
        owner.post(BACKENDS, PreparedVaults.body("third", "local/*", "three/*")).expect(409, "conflict");
        owner.post(BACKENDS, PreparedVaults.body("old", "fourth/**", "four/**")).expect(409, "conflict");
        owner.put("/v1/secrets/local/other", Map.of("data", Map.of("k", "v"))).expect(201);
    }

    /** What was written when the paths were ours is not looked at, and is there again. */
    @Test
    void deletingABackend_givesThePathsBack() {
        PreparedVaults.put("back/a", "there");
        String id = PreparedVaults.id(owner.post(BACKENDS, PreparedVaults.body("back", "back/**", "back/**"))
                .expect(201)
                .json());
        owner.get("/v1/secrets/back/a").expect(200);
        owner.delete(BACKENDS + "/" + id).expect(204);
        owner.get("/v1/secrets/back/a").expect(404, "secret_not_found");
        owner.put("/v1/secrets/back/a", Map.of("data", Map.of("k", "ours"))).expect(201);
        assertThat(owner.get("/v1/secrets/back/a").expect(200).json().has("backend"))
                .isFalse();
    }
}
