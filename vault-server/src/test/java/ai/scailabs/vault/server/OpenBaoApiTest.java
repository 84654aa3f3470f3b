package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.TestOpenBao;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A real OpenBao behind paths of a tenant: KV of both versions, AppRole, namespaces, and credentials that are replaced. */
@Tag("slow")
class OpenBaoApiTest {
    private static final String BACKENDS = "/v1/federation/backends";

    private static TestOpenBao bao;
    private static ApiClient owner;

    @BeforeAll
    static void prepare() {
        bao = TestOpenBao.start();
        owner = RunningServer.shared().owner("from-openbao", "from-openbao");
        bao.post("sys/mounts/kv", "{\"type\":\"kv\"}");
        role("", "secret/*", "kv/*");
        store("ops/approle", approle(""));
    }

    @AfterAll
    static void stop() {
        bao.close();
    }

    private static void role(String namespace, String... paths) {
        StringBuilder rules = new StringBuilder();
        for (String path : paths) {
            rules.append("path \\\"" + path + "\\\" { capabilities = [\\\"read\\\", \\\"list\\\"] } ");
        }
        bao.post(namespace + "sys/policies/acl/reader", "{\"policy\":\"" + rules + "\"}");
        bao.post(namespace + "auth/approle/role/reader", "{\"token_policies\":\"reader\"}");
    }

    private static Map<String, String> approle(String namespace) {
        return Map.of(
                "role_id",
                TestOpenBao.text(bao.get(namespace + "auth/approle/role/reader/role-id"), "role_id"),
                "secret_id",
                TestOpenBao.text(bao.post(namespace + "auth/approle/role/reader/secret-id", "{}"), "secret_id"));
    }

    private static void store(String path, Map<String, String> data) {
        assertThat(owner.put("/v1/secrets/" + path, Map.of("secret_type", "json", "data", data))
                        .status())
                .isIn(200, 201);
    }

    private static Map<String, Object> config(String credentials, Object... more) {
        Map<String, Object> config = new HashMap<>(Map.of(
                "endpoint", bao.endpoint().toString(), "auth_method", "approle", "auth_config_path", credentials));
        for (int i = 0; i < more.length; i += 2) {
            config.put((String) more[i], more[i + 1]);
        }
        return config;
    }

    private static ApiClient.Reply create(String name, Map<String, Object> config, Map<String, String> mapping) {
        return owner.post(
                BACKENDS,
                Map.of(
                        "name",
                        name,
                        "type",
                        "hashicorp-vault",
                        "config",
                        config,
                        "path_mapping",
                        mapping,
                        "mode",
                        "proxy"));
    }

    @Test
    void kvOfBothVersions_isReadWithItsVersionsAndMetadata() {
        bao.post("secret/data/app/db", "{\"data\":{\"password\":\"one\"}}");
        bao.post("secret/data/app/db", "{\"data\":{\"password\":\"two\"}}");
        bao.post("secret/metadata/app/db", "{\"custom_metadata\":{\"team\":\"data\"}}");
        bao.post("kv/app/old", "{\"user\":\"x\",\"port\":5432}");
        create("both", config("ops/approle"), Map.of("v2/**", "secret/data/**", "v1/**", "kv/**"))
                .expect(201);

        JsonNode current = owner.get("/v1/secrets/v2/app/db").expect(200).json();
        assertThat(current.at("/data/password").stringValue()).isEqualTo("two");
        assertThat(current.get("version").intValue()).isEqualTo(2);
        JsonNode first =
                owner.get("/v1/secrets/v2/app/db?version=1").expect(200).json();
        assertThat(first.at("/data/password").stringValue()).isEqualTo("one");
        owner.get("/v1/secrets/v2/app/db?version=3").expect(404, "version_not_found");
        JsonNode metadata =
                owner.get("/v1/secrets/v2/app/db:metadata").expect(200).json();
        assertThat(metadata.get("version_count").intValue()).isEqualTo(2);
        assertThat(metadata.at("/metadata/labels/team").stringValue()).isEqualTo("data");
        JsonNode versions =
                owner.get("/v1/secrets/v2/app/db:versions").expect(200).json();
        assertThat(versions.get("versions")
                        .valueStream()
                        .map(each -> each.get("version").intValue()))
                .containsExactly(2, 1);

        JsonNode old = owner.get("/v1/secrets/v1/app/old").expect(200).json();
        assertThat(old.at("/data/port").intValue()).isEqualTo(5432);
        assertThat(old.get("version").intValue()).isEqualTo(1);
        assertThat(owner.get("/v1/secrets?prefix=v1/")
                        .expect(200)
                        .json()
                        .at("/secrets/0/path")
                        .stringValue())
                .isEqualTo("v1/app/old");

        bao.delete("secret/data/app/db");
        owner.get("/v1/secrets/v2/app/db").expect(404, "secret_not_found");
        owner.put("/v1/secrets/v2/app/db", Map.of("data", Map.of("k", "v"))).expect(409, "backend_read_only");
    }

    @Test
    void kvOfBothVersions_isCopied_followed_andWrittenThrough() {
        bao.post(
                "sys/policies/acl/reader",
                "{\"policy\":\"path \\\"secret/*\\\" { capabilities = [\\\"read\\\", \\\"list\\\", \\\"create\\\", \\\"update\\\"] } path \\\"kv/*\\\" { capabilities = [\\\"read\\\", \\\"list\\\", \\\"create\\\", \\\"update\\\"] }\"}");
        bao.post("secret/data/copied/a", "{\"data\":{\"z\":\"1\",\"password\":\"one\"}}");
        bao.post("secret/metadata/copied/a", "{\"custom_metadata\":{\"team\":\"data\"}}");
        bao.post("secret/data/copied/b/c", "{\"data\":{\"password\":\"two\"}}");
        bao.post("kv/copied/old", "{\"user\":\"x\"}");
        String uri = BACKENDS + "/"
                + owner.post(
                                BACKENDS,
                                Map.of(
                                        "name",
                                        "copied",
                                        "type",
                                        "hashicorp-vault",
                                        "config",
                                        config("ops/approle"),
                                        "path_mapping",
                                        Map.of("c2/**", "secret/data/copied/**", "c1/**", "kv/copied/**"),
                                        "mode",
                                        "sync",
                                        "sync_interval",
                                        "1h",
                                        "write_through",
                                        true))
                        .expect(201)
                        .json()
                        .get("id")
                        .stringValue();
        assertThat(settled(uri).at("/created").intValue()).isEqualTo(3);
        JsonNode copy = owner.get("/v1/secrets/c2/a").expect(200).json();
        assertThat(copy.at("/data/password").stringValue()).isEqualTo("one");
        assertThat(copy.at("/metadata/labels/team").stringValue()).isEqualTo("data");
        assertThat(synced(uri).at("/unchanged").intValue()).isEqualTo(3);

        bao.delete("secret/data/copied/b/c");
        bao.post("secret/data/copied/a", "{\"data\":{\"password\":\"one and a half\"}}");
        JsonNode counts = synced(uri);
        assertThat(counts.at("/deleted").intValue()).isEqualTo(1);
        assertThat(counts.at("/updated").intValue()).isEqualTo(1);
        owner.get("/v1/secrets/c2/b/c").expect(404, "secret_not_found");
        bao.post("secret/undelete/copied/b/c", "{\"versions\":[1]}");
        assertThat(synced(uri).at("/created").intValue()).isEqualTo(1);
        owner.get("/v1/secrets/c2/b/c").expect(200);

        for (int i = 0; i < 2; i++) {
            owner.put("/v1/secrets/c2/a", Map.of("data", Map.of("z", "1", "password", "through " + i)))
                    .expect(200);
            owner.put("/v1/secrets/c1/old", Map.of("data", Map.of("user", "through " + i)))
                    .expect(200);
        }
        owner.put("/v1/secrets/c2/new", Map.of("data", Map.of("k", "v"))).expect(201);
        assertThat(bao.get("secret/data/copied/a")).contains("through 1", "\"version\":4");
        assertThat(bao.get("kv/copied/old")).contains("through 1");
        assertThat(bao.get("secret/data/copied/new")).contains("\"version\":1");
        bao.post("secret/data/copied/a", "{\"data\":{\"password\":\"theirs\"}}");
        owner.put("/v1/secrets/c2/a", Map.of("data", Map.of("password", "lost")))
                .expect(409, "conflict");
        counts = synced(uri);
        assertThat(counts.at("/updated").intValue()).isEqualTo(1);
        assertThat(counts.at("/unchanged").intValue()).isEqualTo(3);
    }

    private static JsonNode synced(String uri) {
        owner.post(uri + "/sync", null).expect(202);
        return settled(uri);
    }

    /** What the last run did. */
    private static JsonNode settled(String uri) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            JsonNode sync = owner.get(uri + "/status").expect(200).json().get("sync");
            if (sync.get("status").stringValue().equals("idle")) {
                return sync.get("counts");
            }
            assertThat(System.nanoTime()).as(sync.toString()).isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    @Test
    void namespace_isAVaultOfItsOwn() {
        bao.post("sys/namespaces/team", "{}");
        bao.post("team/sys/mounts/secret", "{\"type\":\"kv\",\"options\":{\"version\":\"2\"}}");
        bao.post("team/sys/auth/approle", "{\"type\":\"approle\"}");
        bao.post("team/secret/data/a", "{\"data\":{\"k\":\"of the team\"}}");
        role("team/", "secret/*");
        store("ops/team", approle("team/"));
        create("team", config("ops/team", "namespace", "team"), Map.of("team/**", "secret/data/**"))
                .expect(201);
        assertThat(owner.get("/v1/secrets/team/a")
                        .expect(200)
                        .json()
                        .at("/data/k")
                        .stringValue())
                .isEqualTo("of the team");
    }

    @Test
    void whatTheRoleMayNotRead_isTold_andWhatIsWrongWithAMountToo() {
        bao.post("sys/mounts/closed", "{\"type\":\"kv\",\"options\":{\"version\":\"2\"}}");
        JsonNode closed = create("closed", config("ops/approle"), Map.of("closed/**", "closed/data/**"))
                .expect(400, "invalid_config")
                .json();
        assertThat(closed.at("/error/details/reason").stringValue()).isEqualTo("forbidden");
        for (String template : List.of("transit/**", "sys/**", "secret/**")) {
            JsonNode refused = create("wrong", config("ops/approle"), Map.of("wrong/**", template))
                    .expect(400, "invalid_config")
                    .json();
            assertThat(refused.at("/error/details/field").stringValue())
                    .isIn("path_mapping", "config.auth_config_path");
        }
        store("ops/nobody", Map.of("role_id", "nobody", "secret_id", "CANARY-secret-id"));
        ApiClient.Reply nobody = create("nobody", config("ops/nobody"), Map.of("nobody/**", "secret/data/**"))
                .expect(400, "invalid_config");
        assertThat(nobody.json().at("/error/details/field").stringValue()).isEqualTo("config.auth_config_path");
        assertThat(nobody.body()).doesNotContain("CANARY");
    }

    /** Who rotates the secret with the credentials need not touch the backend. */
    @Test
    void credentialsThatAreReplaced_areTakenByThemselves() {
        bao.post("secret/data/rotated/a", "{\"data\":{\"k\":\"v\"}}");
        String token = TestOpenBao.text(
                bao.post("auth/token/create", "{\"policies\":[\"reader\"],\"ttl\":\"1h\"}"), "client_token");
        store("ops/token", Map.of("token", token));
        create("rotated", config("ops/token", "auth_method", "token"), Map.of("rotated/**", "secret/data/rotated/**"))
                .expect(201);
        owner.get("/v1/secrets/rotated/a").expect(200);
        bao.post("auth/token/revoke", "{\"token\":\"" + token + "\"}");
        ApiClient.Reply refused = owner.get("/v1/secrets/rotated/a").expect(502, "backend_unavailable");
        assertThat(refused.json().at("/error/details/reason").stringValue()).isEqualTo("credentials_refused");

        String next = TestOpenBao.text(
                bao.post("auth/token/create", "{\"policies\":[\"reader\"],\"ttl\":\"1h\"}"), "client_token");
        store("ops/token", Map.of("token", next));
        long end = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (owner.get("/v1/secrets/rotated/a").status() != 200) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
    }
}
