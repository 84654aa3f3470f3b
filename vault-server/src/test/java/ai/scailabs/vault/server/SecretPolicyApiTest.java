package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Recipes, what they make, and the secrets that are made by them. */
class SecretPolicyApiTest {
    private static final String POLICIES = "/v1/secret-policies";
    private static final AtomicInteger COUNT = new AtomicInteger();

    private static RunningServer server;
    private static ApiClient owner;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("recipes", "recipes");
    }

    private static Map<String, Object> recipe(List<Map<String, Object>> fields) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("name", "recipe " + COUNT.incrementAndGet());
        body.put("policy_type", "password");
        body.put("fields", fields);
        return body;
    }

    private static Map<String, Object> password(int length) {
        return Map.of("name", "password", "generator", "random", "config", Map.of("length", length));
    }

    private static String created(List<Map<String, Object>> fields) {
        return owner.post(POLICIES, recipe(fields)).expect(201).json().get("id").stringValue();
    }

    @Test
    void policy_isCreatedShownChangedAndDeleted_withItsEntropy() {
        Map<String, Object> body = recipe(List.of(password(24)));
        ApiClient.Reply reply = owner.post(POLICIES, body).expect(201);
        JsonNode policy = reply.json();
        String id = policy.get("id").stringValue();
        assertThat(id).startsWith("sp_");
        assertThat(reply.header("ETag")).isEqualTo("\"1\"");
        assertThat(policy.at("/fields/0/config/charset").stringValue()).isEqualTo("alphanumeric");
        // 24 characters of 62.
        assertThat(policy.at("/entropy_bits/password").doubleValue()).isEqualTo(142.9);
        assertThat(policy.get("is_active").booleanValue()).isTrue();
        owner.post(POLICIES, body).expect(409, "conflict");

        JsonNode changed = owner.patch(POLICIES + "/" + id, Map.of("is_active", false), "If-Match", "\"1\"")
                .expect(200)
                .json();
        assertThat(changed.get("is_active").booleanValue()).isFalse();
        assertThat(changed.get("name")).isEqualTo(policy.get("name"));
        owner.patch(POLICIES + "/" + id, Map.of("is_active", true), "If-Match", "\"1\"")
                .expect(409, "version_conflict");
        owner.put("/v1/secrets/recipes/inactive", Map.of("data", Map.of("a", "b")))
                .expect(201);
        assertThat(owner.post("/v1/secrets/recipes/inactive:generate", Map.of("secret_policy_id", id))
                        .expect(409, "conflict")
                        .json()
                        .at("/error/details/state")
                        .stringValue())
                .isEqualTo("inactive");

        owner.delete(POLICIES + "/" + id).expect(204);
        owner.get(POLICIES + "/" + id).expect(404, "secret_policy_not_found");
        owner.delete(POLICIES + "/" + id).expect(404, "secret_policy_not_found");
        owner.get(POLICIES + "/sp_nonsense").expect(404, "secret_policy_not_found");
    }

    @Test
    void list_goesOnWhereItEnded() {
        ApiClient other = server.owner("recipes-listed", "recipes");
        for (int i = 0; i < 3; i++) {
            other.post(POLICIES, recipe(List.of(password(12)))).expect(201);
        }
        JsonNode first = other.get(POLICIES + "?limit=2").expect(200).json();
        assertThat(first.get("secret_policies")).hasSize(2);
        assertThat(first.get("has_more").booleanValue()).isTrue();
        JsonNode last = other.get(
                        POLICIES + "?limit=2&cursor=" + first.get("cursor").stringValue())
                .expect(200)
                .json();
        assertThat(last.get("secret_policies")).hasSize(1);
        assertThat(last.get("has_more").booleanValue()).isFalse();
    }

    @Test
    void preview_makesAnotherEachTime_andKeepsNone() {
        String id = created(List.of(
                password(40),
                Map.of("name", "client_id", "generator", "uuid", "config", Map.of("version", 7)),
                Map.of("name", "key", "generator", "ssh_keypair", "config", Map.of("comment", "deploy@example"))));
        JsonNode first =
                owner.post(POLICIES + "/" + id + "/preview", null).expect(200).json();
        JsonNode second =
                owner.post(POLICIES + "/" + id + "/preview", null).expect(200).json();
        assertThat(first.at("/values/password").stringValue()).hasSize(40);
        assertThat(first.get("values")).isNotEqualTo(second.get("values"));
        assertThat(first.at("/values/key").stringValue()).startsWith("-----BEGIN OPENSSH PRIVATE KEY-----\n");
        assertThat(first.at("/values/key_public").stringValue())
                .startsWith("ssh-ed25519 ")
                .endsWith(" deploy@example");
        assertThat(first.at("/entropy_bits/client_id").doubleValue()).isEqualTo(74);
        String kept = String.valueOf(
                Sql.superuser(server).rows("select p::text from secret_policy p where tenant_id = 'tnt_recipes'"));
        assertThat(kept).doesNotContain(first.at("/values/password").stringValue());
    }

    @Test
    void generate_makesTheFirstVersionAndTheNext_andAnswersNoValue() {
        String id = created(List.of(password(32)));
        String path = "/v1/secrets/recipes/made";
        ApiClient.Reply reply = owner.post(path + ":generate", Map.of("secret_policy_id", id, "reason", "new"))
                .expect(201);
        assertThat(reply.json().has("data")).isFalse();
        assertThat(reply.json().get("secret_policy_id").stringValue()).isEqualTo(id);
        assertThat(reply.header("ETag")).isEqualTo("\"1\"");
        String first = owner.get(path).expect(200).json().at("/data/password").stringValue();
        assertThat(first).hasSize(32);
        assertThat(reply.body()).doesNotContain(first);

        owner.post(path + ":generate", Map.of("secret_policy_id", id), "If-Match", "\"7\"")
                .expect(409, "version_conflict");
        owner.post(path + ":generate", Map.of("secret_policy_id", id, "cas", 0)).expect(409, "version_conflict");
        assertThat(owner.post(path + ":generate", Map.of("secret_policy_id", id, "cas", 1))
                        .expect(200)
                        .json()
                        .get("version")
                        .intValue())
                .isEqualTo(2);
        JsonNode second = owner.get(path).expect(200).json();
        assertThat(second.at("/data/password").stringValue()).isNotEqualTo(first);
        assertThat(second.get("secret_policy_id").stringValue()).isEqualTo(id);
    }

    /** A password that changes must not take the user's name with it. */
    @Test
    void generate_keepsWhatTheRecipeDoesNotMake_byteForByte() {
        String id = created(List.of(password(16)));
        String path = "/v1/secrets/recipes/merged";
        owner.put(
                        path,
                        "{\"data\":{\"user\":\"app \\\" , } \\u00e9\",\"password\":\"old, \\\"one\\\"\",\"limits\":{\"a\":[1.10,{\"b\":null}]},\"big\":1e400}}")
                .expect(201);
        owner.post(path + ":generate", Map.of("secret_policy_id", id)).expect(200);
        String body = owner.get(path).expect(200).body();
        assertThat(body).contains("\"limits\":{\"a\":[1.10,{\"b\":null}]}").contains("\"big\":1e400");
        JsonNode data = owner.get(path).expect(200).json().get("data");
        assertThat(data.get("user").stringValue()).isEqualTo("app \" , } \u00e9");
        assertThat(data.get("password").stringValue()).hasSize(16);
        assertThat(data).hasSize(4);
    }

    @Test
    void generate_asksForTheRightToWrite_andNotForThatToRead() {
        String id = created(List.of(password(16)));
        ApiClient writer = server.member(owner, "recipes", "recipes", "recipe-writer", "recipes/written/**", "write");
        writer.post("/v1/secrets/recipes/written/a:generate", Map.of("secret_policy_id", id))
                .expect(201);
        writer.post("/v1/secrets/recipes/written/a:generate", Map.of("secret_policy_id", id))
                .expect(200);
        writer.get("/v1/secrets/recipes/written/a").expect(403, "access_denied");
        writer.post("/v1/secrets/recipes/other:generate", Map.of("secret_policy_id", id))
                .expect(403, "access_denied");
        ApiClient stranger = server.owner("recipes-abroad", "recipes");
        stranger.post("/v1/secrets/recipes/a:generate", Map.of("secret_policy_id", id))
                .expect(404, "secret_policy_not_found");
        stranger.get(POLICIES + "/" + id).expect(404, "secret_policy_not_found");
    }

    @Test
    void generateOnADeletedSecret_isRefused_andNothingIsLost() {
        String id = created(List.of(password(16)));
        String path = "/v1/secrets/recipes/gone";
        owner.put(path, Map.of("data", Map.of("password", "kept"))).expect(201);
        owner.delete(path).expect(200);
        owner.post(path + ":generate", Map.of("secret_policy_id", id)).expect(409, "secret_exists");
        owner.post(path + ":restore", null).expect(200);
        assertThat(owner.get(path).expect(200).json().at("/data/password").stringValue())
                .isEqualTo("kept");
        owner.delete(path + "?version=1").expect(200);
        owner.post(path + ":generate", Map.of("secret_policy_id", id)).expect(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"fields\":[]}                                                                              | name",
                "{\"name\":\" \",\"fields\":[]}                                                               | name",
                "{\"name\":\"a\\u0007b\",\"fields\":[]}                                                       | name",
                "{\"name\":\"x\"}                                                                             | fields",
                "{\"name\":\"x\",\"fields\":[]}                                                               | fields",
                "{\"name\":\"x\",\"policy_type\":\"pin\",\"fields\":[]}                                       | policy_type",
                "{\"name\":\"x\",\"fields\":[{\"name\":\"p\",\"generator\":\"dice\"}]}                        | fields[0].generator",
                "{\"name\":\"x\",\"fields\":[{\"name\":\"p\",\"generator\":\"random\",\"config\":{\"length\":0}}]} | fields[0].config.length",
            })
    void bodiesThatCannotBeMeant_areRefusedByTheirField(String body, String field) {
        assertThat(owner.post(POLICIES, body)
                        .expect(422, "validation_error")
                        .json()
                        .at("/error/details/fields")
                        .has(field))
                .isTrue();
    }

    @Test
    void whoIsNoAdministrator_managesNoRecipes() {
        ApiClient reader = server.client(server.token("recipes", "recipes")
                .serviceAccount("recipe-reader")
                .scope("secrets:read secrets:write")
                .sign());
        reader.get(POLICIES).expect(403, "insufficient_scope");
        reader.post(POLICIES, recipe(List.of(password(12)))).expect(403, "insufficient_scope");
    }
}
