package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Another vault's secrets as copies of our own. */
class SyncApiTest {
    private static final String BACKENDS = "/v1/federation/backends";
    private static final String CANARY = "CANARY-sync-value-83";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final AtomicInteger COUNT = new AtomicInteger();

    private static RunningServer server;
    private static ApiClient owner;

    private ShelfVault vault;
    private String name;
    private String area;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("synced", "synced");
        PreparedVaults.giveCredentials(owner);
    }

    @BeforeEach
    void open() {
        vault = new ShelfVault();
        name = "shelf-" + COUNT.incrementAndGet();
        area = "copied/" + name;
    }

    @AfterEach
    void close() {
        vault.close();
    }

    private Map<String, Object> body(String mode) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("name", name);
        body.put("type", "aws-secrets-manager");
        body.put("config", vault.config());
        body.put("path_mapping", Map.of(area + "/**", "shelf/**"));
        body.put("mode", mode);
        if (mode.equals("sync")) {
            body.put("sync_interval", "1h");
            body.put("sync_calls_per_second", 1000);
        }
        return body;
    }

    private String create(ApiClient by, String mode) {
        return BACKENDS + "/"
                + PreparedVaults.id(by.post(BACKENDS, body(mode)).expect(201).json());
    }

    private static JsonNode status(String uri) {
        return owner.get(uri + "/status").expect(200).json();
    }

    /** When nothing is under way any more. */
    private static JsonNode settled(String uri) {
        return eventually(() -> {
            JsonNode status = status(uri);
            return status.at("/sync/status").stringValue().equals("idle") ? status : null;
        });
    }

    private static <T> T eventually(Supplier<@Nullable T> attempt) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            T found = attempt.get();
            if (found != null) {
                return found;
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        throw new AssertionError("did not come to be");
    }

    /** When a turn has failed. */
    private static JsonNode failing(String uri) {
        return eventually(() -> {
            JsonNode status = status(uri);
            return status.at("/sync/status").stringValue().equals("failing") ? status : null;
        });
    }

    private static JsonNode synced(String uri) {
        return synced(uri, null);
    }

    /** Of a run that is asked for now. */
    private static JsonNode synced(String uri, Map<String, ?> body) {
        settled(uri);
        String run = owner.post(uri + "/sync", body)
                .expect(202)
                .json()
                .get("sync_id")
                .stringValue();
        JsonNode status = settled(uri);
        assertThat(status.at("/sync/last_sync_id").stringValue()).isEqualTo(run);
        return status;
    }

    private String health() {
        return owner.get("/v1/health/detailed")
                .expect(200)
                .json()
                .get("backends")
                .valueStream()
                .filter(backend -> backend.get("name").stringValue().equals(name))
                .map(backend -> backend.get("status").stringValue() + " "
                        + backend.get("reason").asString("null"))
                .findFirst()
                .orElse("not told");
    }

    private static Map<String, Long> counts(JsonNode status) {
        Map<String, Long> counts = new LinkedHashMap<>();
        status.at("/sync/counts").properties().forEach(count -> {
            if (count.getValue().longValue() != 0) {
                counts.put(count.getKey(), count.getValue().longValue());
            }
        });
        return counts;
    }

    private static String value(String path) {
        return owner.get("/v1/secrets/" + path)
                .expect(200)
                .json()
                .at("/data/value")
                .stringValue();
    }

    @Test
    void secretsThere_becomeOurs_andFollowThem() {
        for (int i = 0; i < 12; i++) {
            vault.put("shelf/app/s" + i, CANARY + i);
        }
        vault.describe("shelf/app/s0", "the first");
        vault.put("elsewhere/x", "not mapped");
        String uri = create(owner, "sync");
        JsonNode first = settled(uri);
        assertThat(counts(first)).isEqualTo(Map.of("remote", 12L, "created", 12L));
        assertThat(first.get("reads").stringValue()).isEqualTo("copies");
        assertThat(first.get("last_sync").isString()).isTrue();
        assertThat(first.get("last_sync_duration_ms").isIntegralNumber()).isTrue();
        assertThat(first.toString()).doesNotContain("CANARY");

        JsonNode copy = owner.get("/v1/secrets/" + area + "/app/s0").expect(200).json();
        assertThat(copy.at("/data/value").stringValue()).isEqualTo(CANARY + 0);
        assertThat(copy.get("secret_type").stringValue()).isEqualTo("json");
        assertThat(copy.at("/metadata/description").stringValue()).isEqualTo("the first");
        JsonNode version = owner.get("/v1/secrets/" + area + "/app/s0:versions")
                .expect(200)
                .json()
                .at("/versions/0");
        assertThat(version.get("client").stringValue()).startsWith("federation/fed_");
        assertThat(version.get("reason").stringValue()).contains(name);

        int asked = vault.reads();
        assertThat(counts(synced(uri))).isEqualTo(Map.of("remote", 12L, "unchanged", 12L));
        assertThat(vault.reads()).as("of what the list says is the same").isEqualTo(asked);

        vault.put("shelf/app/s1", CANARY + "-changed");
        vault.put("shelf/app/s2", CANARY + 2);
        vault.describe("shelf/app/s3", "told later");
        vault.remove("shelf/app/s4");
        vault.put("shelf/app/new", CANARY + "-new");
        assertThat(counts(synced(uri)))
                .isEqualTo(Map.of("remote", 12L, "created", 1L, "updated", 2L, "deleted", 1L, "unchanged", 9L));
        assertThat(value(area + "/app/s1")).isEqualTo(CANARY + "-changed");
        assertThat(value(area + "/app/new")).isEqualTo(CANARY + "-new");
        JsonNode told = owner.get("/v1/secrets/" + area + "/app/s3:metadata")
                .expect(200)
                .json();
        assertThat(told.at("/metadata/description").stringValue()).isEqualTo("told later");
        assertThat(told.get("version").intValue()).isEqualTo(1);
        assertThat(owner.get("/v1/secrets/" + area + "/app/s2:metadata")
                        .expect(200)
                        .json()
                        .get("version")
                        .intValue())
                .as("of the same value as another version there")
                .isEqualTo(1);
        JsonNode gone = owner.get("/v1/secrets/" + area + "/app/s4")
                .expect(404, "secret_not_found")
                .json();
        assertThat(gone.at("/error/details/deleted").booleanValue()).isTrue();

        vault.put("shelf/app/s4", CANARY + "-again");
        assertThat(counts(synced(uri))).isEqualTo(Map.of("remote", 13L, "created", 1L, "unchanged", 12L));
        assertThat(value(area + "/app/s4")).isEqualTo(CANARY + "-again");

        JsonNode runs = owner.get("/v1/audit/logs?action=federation_sync&limit=50")
                .expect(200)
                .json()
                .get("logs");
        assertThat(runs.toString())
                .contains("\"identity_id\":\"system:federation\"", name)
                .doesNotContain("CANARY");
        JsonNode writes = owner.get("/v1/audit/secrets/" + area + "/app/s1")
                .expect(200)
                .json()
                .get("logs");
        assertThat(writes.toString()).contains("system:federation", "on_behalf_of");
    }

    @Test
    void copies_areReadWhenTheVaultIsGone_andNotWrittenByUsers_untilTheBackendIsDeleted() {
        vault.put("shelf/a", "first");
        String uri = create(owner, "sync");
        settled(uri);
        vault.close();
        assertThat(value(area + "/a")).isEqualTo("first");
        assertThat(status(uri).get("status").stringValue()).isEqualTo("unavailable");

        Map<String, ?> written = Map.of("data", Map.of("value", "mine"));
        JsonNode refused = owner.put("/v1/secrets/" + area + "/a", written)
                .expect(409, "backend_read_only")
                .json();
        assertThat(refused.at("/error/details/backend").stringValue()).isEqualTo(name);
        owner.put("/v1/secrets/" + area + "/other", written).expect(409, "backend_read_only");
        owner.delete("/v1/secrets/" + area + "/a").expect(409, "backend_read_only");
        owner.patch("/v1/secrets/" + area + "/a:metadata", Map.of("tags", List.of("x")))
                .expect(409, "backend_read_only");

        owner.delete(uri).expect(204);
        assertThat(value(area + "/a")).isEqualTo("first");
        owner.put("/v1/secrets/" + area + "/a", written).expect(200);
        assertThat(value(area + "/a")).isEqualTo("mine");
    }

    @Test
    void proxyBecomesSyncBecomesLocal_andNoReadFails() throws InterruptedException {
        int secrets = 60;
        for (int i = 0; i < secrets; i++) {
            vault.put("shelf/s" + i, "value of " + i);
        }
        String uri = create(owner, "proxy");
        AtomicInteger reads = new AtomicInteger();
        AtomicInteger failures = new AtomicInteger();
        StringBuffer firstFailure = new StringBuffer();
        Thread[] readers = new Thread[3];
        for (int each = 0; each < readers.length; each++) {
            readers[each] = Thread.ofVirtual().start(() -> {
                for (int i = 0; !Thread.currentThread().isInterrupted(); i = (i + 7) % secrets) {
                    ApiClient.Reply read = owner.get("/v1/secrets/" + area + "/s" + i);
                    reads.incrementAndGet();
                    if (read.status() != 200 || !read.body().contains("value of " + i)) {
                        failures.incrementAndGet();
                        firstFailure.append(read.status()).append(read.body());
                    }
                }
            });
        }
        try {
            eventually(() -> reads.get() > 100 ? reads : null);
            owner.patch(uri, Map.of("mode", "sync", "sync_interval", "1h")).expect(200);
            eventually(() -> status(uri).get("reads").stringValue().equals("copies") ? uri : null);
            int before = reads.get();
            eventually(() -> reads.get() > before + 100 ? reads : null);
            owner.delete(uri).expect(204);
            int after = reads.get();
            eventually(() -> reads.get() > after + 100 ? reads : null);
        } finally {
            for (Thread reader : readers) {
                reader.interrupt();
                reader.join();
            }
        }
        assertThat(failures).as("of %s: %s", reads, firstFailure).hasValue(0);
    }

    @Test
    void pathWithAnotherValueHere_isAConflictUntilSomebodySaysWhichIsRight() {
        owner.put("/v1/secrets/" + area + "/kept", Map.of("data", Map.of("value", CANARY + "-here")))
                .expect(201);
        owner.put("/v1/secrets/" + area + "/taken", Map.of("data", Map.of("value", CANARY + "-here")))
                .expect(201);
        owner.put("/v1/secrets/" + area + "/same", Map.of("data", Map.of("value", "same")))
                .expect(201);
        owner.put("/v1/secrets/" + area + "/gone", Map.of("data", Map.of("value", "deleted")))
                .expect(201);
        owner.delete("/v1/secrets/" + area + "/gone").expect(200);
        for (String each : List.of("kept", "taken", "gone")) {
            vault.put("shelf/" + each, CANARY + "-there");
        }
        vault.put("shelf/same", "same");
        String uri = create(owner, "sync");
        assertThat(counts(settled(uri))).isEqualTo(Map.of("remote", 4L, "adopted", 1L, "conflicts", 3L));
        assertThat(value(area + "/kept")).isEqualTo(CANARY + "-here");

        JsonNode listed = owner.get(uri + "/conflicts").expect(200).json();
        assertThat(listed.toString()).doesNotContain("CANARY");
        Map<String, JsonNode> conflicts = new LinkedHashMap<>();
        listed.get("conflicts")
                .forEach(conflict ->
                        conflicts.put(conflict.get("path").stringValue().substring(area.length() + 1), conflict));
        assertThat(conflicts.keySet()).containsExactly("gone", "kept", "taken");
        JsonNode kept = conflicts.get("kept");
        assertThat(kept.at("/local/hash").stringValue())
                .startsWith("hmac-sha256:")
                .isNotEqualTo(kept.at("/remote/hash").stringValue());
        assertThat(conflicts.get("gone").at("/local/state").stringValue()).isEqualTo("deleted");
        JsonNode page = owner.get(uri + "/conflicts?limit=2").expect(200).json();
        assertThat(page.get("has_more").booleanValue()).isTrue();
        assertThat(owner.get(uri + "/conflicts?limit=2&cursor="
                                + page.get("cursor").stringValue())
                        .expect(200)
                        .json()
                        .at("/conflicts/0/path")
                        .stringValue())
                .isEqualTo(area + "/taken");

        String again = conflicts.get("kept").get("id").stringValue();
        synced(uri);
        assertThat(owner.get(uri + "/conflicts").expect(200).json().toString())
                .as("a conflict that is found again is the same")
                .contains(again);

        resolve(uri, conflicts.get("kept"), "neither").expect(422, "validation_error");
        assertThat(resolve(uri, conflicts.get("kept"), "keep_local")
                        .expect(200)
                        .json()
                        .get("version")
                        .intValue())
                .isEqualTo(1);
        resolve(uri, conflicts.get("kept"), "keep_local").expect(404, "conflict_not_found");
        assertThat(resolve(uri, conflicts.get("taken"), "keep_remote")
                        .expect(200)
                        .json()
                        .get("version")
                        .intValue())
                .isEqualTo(2);
        resolve(uri, conflicts.get("gone"), "keep_remote").expect(200);
        assertThat(value(area + "/kept")).isEqualTo(CANARY + "-here");
        assertThat(value(area + "/taken")).isEqualTo(CANARY + "-there");
        assertThat(value(area + "/gone")).isEqualTo(CANARY + "-there");
        assertThat(counts(synced(uri))).isEqualTo(Map.of("remote", 4L, "unchanged", 4L));

        vault.put("shelf/kept", CANARY + "-later");
        assertThat(counts(synced(uri))).isEqualTo(Map.of("remote", 4L, "conflicts", 1L, "unchanged", 3L));
        JsonNode later = owner.get(uri + "/conflicts").expect(200).json().at("/conflicts/0");
        vault.put("shelf/kept", CANARY + "-latest");
        JsonNode moved =
                resolve(uri, later, "keep_remote").expect(409, "conflict").json();
        assertThat(moved.at("/error/details/state").stringValue()).isEqualTo("changed");
        assertThat(value(area + "/kept")).isEqualTo(CANARY + "-here");
    }

    private static ApiClient.Reply resolve(String uri, JsonNode conflict, String resolution) {
        return owner.post(
                uri + "/conflicts/" + conflict.get("id").stringValue() + "/resolve", Map.of("resolution", resolution));
    }

    @Test
    void vaultThatAsksForPatience_isGivenIt_andOneThatFailsIsGoneOnWithWhereItWas() {
        String told = owner.post(
                        "/v1/subscriptions",
                        Map.of(
                                "name",
                                "told-" + name,
                                "events",
                                List.of("federation.sync_completed", "federation.sync_failed"),
                                "paths",
                                List.of("federation/backends/" + name),
                                "delivery",
                                Map.of("type", "polling")))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        for (int i = 0; i < 30; i++) {
            vault.put("shelf/s" + i, "value of " + i);
        }
        AtomicInteger asked = new AtomicInteger();
        vault.troubles((operation, secret, exchange) -> {
            if (operation.equals("GetSecretValue") && asked.incrementAndGet() % 10 == 1) {
                exchange.getResponseHeaders().set("Retry-After", "1");
                ShelfVault.answer(exchange, 400, Map.of("__type", "ThrottlingException", "Message", "slower"));
                return true;
            }
            return false;
        });
        String uri = create(owner, "sync");
        assertThat(counts(settled(uri))).isEqualTo(Map.of("remote", 30L, "created", 30L));

        for (int i = 0; i < 30; i++) {
            vault.put("shelf/s" + i, "next value of " + i);
        }
        vault.troubles((operation, secret, exchange) -> {
            if (operation.equals("GetSecretValue") && secret.compareTo("shelf/s2") > 0) {
                ShelfVault.answer(exchange, 500, Map.of("__type", "InternalServiceError", "Message", "broken"));
                return true;
            }
            return false;
        });
        owner.post(uri + "/sync", null).expect(202);
        JsonNode failing = failing(uri);
        assertThat(failing.at("/sync/last_error/code").stringValue()).isEqualTo("server_error");
        assertThat(failing.at("/sync/failed_attempts").intValue()).isEqualTo(1);
        assertThat(health()).isEqualTo("unavailable server_error");
        assertThat(value(area + "/s29")).as("what was copied stays").isEqualTo("value of 29");
        vault.troubles((operation, secret, exchange) -> false);
        JsonNode mended = settled(uri);
        assertThat(counts(mended)).isEqualTo(Map.of("remote", 30L, "updated", 30L));
        assertThat(mended.at("/sync/last_error").isNull()).isTrue();
        assertThat(health()).isEqualTo("healthy null");
        for (int i = 0; i < 30; i++) {
            assertThat(owner.get("/v1/secrets/" + area + "/s" + i)
                            .expect(200)
                            .json()
                            .get("version")
                            .intValue())
                    .as("of s%s", i)
                    .isEqualTo(2);
        }

        StringBuilder events = new StringBuilder();
        eventually(() -> {
            events.append(owner.get("/v1/subscriptions/" + told + "/poll?timeout=1")
                    .expect(200)
                    .body());
            return events.indexOf("federation.sync_failed") >= 0 && events.indexOf("\"updated\":30") > 0
                    ? events
                    : null;
        });
        assertThat(events.toString())
                .contains("\"code\":\"backend_unavailable\"")
                .doesNotContain("value of");
        JsonNode failed = owner.get("/v1/audit/logs?action=federation_sync&success=false&limit=50")
                .expect(200)
                .json()
                .get("logs");
        assertThat(failed.toString()).contains("backend_unavailable", "server_error", name);
    }

    @Test
    void vaultThatShowsNothingAnyMore_deletesNothing_unlessSomebodySaysSo() {
        for (int i = 0; i < 30; i++) {
            vault.put("shelf/s" + i, "value of " + i);
        }
        String uri = create(owner, "sync");
        settled(uri);
        for (int i = 0; i < 25; i++) {
            vault.remove("shelf/s" + i);
        }
        owner.post(uri + "/sync", null).expect(202);
        JsonNode failing = failing(uri);
        assertThat(failing.at("/sync/last_error/code").stringValue()).isEqualTo("too_many_deletions");
        assertThat(value(area + "/s0")).isEqualTo("value of 0");
        owner.post(uri + "/sync", Map.of("accept_deletions", true)).expect(202);
        assertThat(counts(settled(uri))).isEqualTo(Map.of("remote", 5L, "deleted", 25L, "unchanged", 5L));
        owner.get("/v1/secrets/" + area + "/s0").expect(404, "secret_not_found");
        assertThat(value(area + "/s29")).isEqualTo("value of 29");
    }

    @Test
    void copiesAreWritten_inTheRightOfWhoeverConfiguredTheBackend_asItIsThen() {
        String account = "copier-" + name;
        owner.allow("sa:" + account, PreparedVaults.CREDENTIALS, "read");
        owner.allow("sa:" + account, "federation/backends/" + name, "admin", "write", "read");
        owner.allow("sa:" + account, area + "/open/**", "read", "list", "write", "delete");
        ApiClient copier = server.client(
                server.token("synced", "synced").serviceAccount(account).sign());
        vault.put("shelf/open/a", "a");
        vault.put("shelf/shut/b", "b");
        String uri = create(copier, "sync");
        JsonNode first = settled(uri);
        assertThat(counts(first)).isEqualTo(Map.of("remote", 2L, "created", 1L, "problems", 1L));
        assertThat(first.at("/sync/problems/0/path").stringValue()).isEqualTo(area + "/shut/b");
        assertThat(first.at("/sync/problems/0/code").stringValue()).isEqualTo("access_denied");
        assertThat(copier.get(uri + "/status").expect(200).json().at("/sync/problems"))
                .as("of paths that the reader may list")
                .isEmpty();
        assertThat(value(area + "/open/a")).isEqualTo("a");
        owner.get("/v1/secrets/" + area + "/shut/b").expect(404, "secret_not_found");

        // Whoever changes it next does it in theirs.
        owner.patch(uri, Map.of("sync_interval", "2h")).expect(200);
        assertThat(counts(settled(uri))).isEqualTo(Map.of("remote", 2L, "created", 1L, "unchanged", 1L));
        assertThat(value(area + "/shut/b")).isEqualTo("b");
    }

    @Test
    void rightThatIsRevoked_copiesNothingMore() {
        String account = "leaver-" + name;
        owner.allow("sa:" + account, PreparedVaults.CREDENTIALS, "read");
        owner.allow("sa:" + account, "federation/backends/" + name, "admin", "write", "read");
        owner.allow("sa:" + account, area + "/**", "read", "list", "write", "delete");
        ApiClient leaver = server.client(
                server.token("synced", "synced").serviceAccount(account).sign());
        vault.put("shelf/a", "a");
        String uri = create(leaver, "sync");
        settled(uri);
        owner.post("/v1/auth/revoke", Map.of("identity_id", "sa:" + account)).expect(204);
        vault.put("shelf/a", "another");
        owner.post(uri + "/sync", null).expect(202);
        JsonNode failing = failing(uri);
        assertThat(failing.at("/sync/last_error/code").stringValue()).isEqualTo("token_revoked");
        assertThat(value(area + "/a")).isEqualTo("a");
    }

    @Test
    void runIsOneAmongInstances_andNotBegunTwice() {
        for (int i = 0; i < 300; i++) {
            vault.put("shelf/s" + i, "value of " + i);
        }
        vault.troubles((operation, secret, exchange) -> {
            LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
            return false;
        });
        try (RunningServer other = server.another()) {
            String uri = create(owner, "sync");
            JsonNode first = owner.post(uri + "/sync", null).expect(202).json();
            JsonNode second = owner.post(uri + "/sync", null).expect(202).json();
            assertThat(first.get("status").stringValue()).isEqualTo("running");
            assertThat(second).isEqualTo(first);
            assertThat(counts(settled(uri))).isEqualTo(Map.of("remote", 300L, "created", 300L));
            assertThat(vault.reads()).isEqualTo(300);
            assertThat(owner.get("/v1/secrets/" + area + "/s299:versions")
                            .expect(200)
                            .json()
                            .get("versions"))
                    .hasSize(1);
        }
    }

    @Test
    void whatMakesNoSense_isRefused() {
        Map<String, Object> without = body("sync");
        without.remove("sync_interval");
        owner.post(BACKENDS, without).expect(422, "validation_error");
        Map<String, Object> often = body("sync");
        often.put("sync_interval", "10s");
        owner.post(BACKENDS, often).expect(422, "validation_error");
        Map<String, Object> fast = body("sync");
        fast.put("sync_calls_per_second", 0);
        owner.post(BACKENDS, fast).expect(422, "validation_error");
        Map<String, Object> live = body("proxy");
        live.put("sync_interval", "1h");
        owner.post(BACKENDS, live).expect(422, "validation_error");

        String uri = create(owner, "proxy");
        JsonNode refused =
                owner.post(uri + "/sync", null).expect(409, "conflict").json();
        assertThat(refused.at("/error/details/state").stringValue()).isEqualTo("proxy");
        assertThat(owner.get(uri + "/conflicts").expect(200).json().get("conflicts"))
                .isEmpty();
        owner.post(uri + "/conflicts/fcf_01ARZ3NDEKTSV4RRFFQ69G5FAV/resolve", Map.of("resolution", "keep_local"))
                .expect(404, "conflict_not_found");
        owner.post(uri + "/conflicts/nonsense/resolve", Map.of("resolution", "keep_local"))
                .expect(404, "conflict_not_found");
        owner.delete(uri).expect(204);

        vault.put("shelf/a", "a");
        String copied = create(owner, "sync");
        settled(copied);
        JsonNode occupied = owner.patch(copied, Map.of("mode", "proxy"))
                .expect(409, "conflict")
                .json();
        assertThat(occupied.at("/error/details/state").stringValue()).isEqualTo("occupied");
    }

    @Test
    void pathThatIsMappedNoMore_isOurOwnFromThenOn() {
        vault.put("shelf/in/a", "a");
        vault.put("shelf/out/b", "b");
        String uri = create(owner, "sync");
        settled(uri);
        owner.patch(uri, Map.of("path_mapping", Map.of(area + "/in/**", "shelf/in/**")))
                .expect(200);
        assertThat(counts(settled(uri))).isEqualTo(Map.of("remote", 1L, "unchanged", 1L));
        assertThat(value(area + "/out/b")).isEqualTo("b");
        owner.put("/v1/secrets/" + area + "/out/b", Map.of("data", Map.of("value", "ours")))
                .expect(200);
        owner.patch(uri, Map.of("path_mapping", Map.of(area + "/**", "shelf/**")))
                .expect(200);
        assertThat(counts(settled(uri))).isEqualTo(Map.of("remote", 2L, "conflicts", 1L, "unchanged", 1L));
        assertThat(value(area + "/out/b")).isEqualTo("ours");
    }

    @Test
    void writeThrough_writesThereFirst_andOnlyOverWhatWasCopied() {
        vault.put("shelf/a", "first");
        Map<String, Object> body = body("sync");
        body.put("write_through", true);
        JsonNode created = owner.post(BACKENDS, body).expect(201).json();
        assertThat(created.get("write_through").booleanValue()).isTrue();
        String uri = BACKENDS + "/" + PreparedVaults.id(created);
        settled(uri);

        String path = "/v1/secrets/" + area + "/a";
        owner.put(path, Map.of("data", Map.of("value", "second"))).expect(200);
        assertThat(vault.value("shelf/a")).isEqualTo("second");
        assertThat(value(area + "/a")).isEqualTo("second");
        owner.put(path, Map.of("data", Map.of("user", "x"))).expect(200);
        assertThat(vault.value("shelf/a")).isEqualTo("{\"user\":\"x\"}");
        owner.put("/v1/secrets/" + area + "/new", Map.of("data", Map.of("value", "new")))
                .expect(201);
        assertThat(vault.value("shelf/new")).isEqualTo("new");
        assertThat(counts(synced(uri))).isEqualTo(Map.of("remote", 2L, "unchanged", 2L));
        vault.put("shelf/a", "{ \"user\": \"x\" }");
        assertThat(counts(synced(uri)))
                .as("of the same written otherwise")
                .isEqualTo(Map.of("remote", 2L, "unchanged", 2L));

        vault.put("shelf/a", "changed there");
        JsonNode moved = owner.put(path, Map.of("data", Map.of("value", "lost")))
                .expect(409, "conflict")
                .json();
        assertThat(moved.at("/error/details/state").stringValue()).isEqualTo("changed");
        assertThat(vault.value("shelf/a")).isEqualTo("changed there");
        synced(uri);
        assertThat(value(area + "/a")).isEqualTo("changed there");

        owner.put(path, Map.of("data", Map.of("value", "stale")), "If-Match", "\"1\"")
                .expect(409, "version_conflict");
        owner.put(path, Map.of("data", Map.of("value", "x"), "metadata", Map.of("tags", List.of("t"))))
                .expect(422, "validation_error");
        owner.put(path, Map.of("data", Map.of("value", "x".repeat(70_000)))).expect(422, "validation_error");
        owner.delete(path).expect(409, "backend_read_only");
        server.client(server.token("synced", "synced")
                        .serviceAccount("nobody-" + name)
                        .sign())
                .put(path, Map.of("data", Map.of("value", "x")))
                .expect(403, "access_denied");
        assertThat(vault.value("shelf/a")).isEqualTo("changed there");

        vault.troubles((operation, secret, exchange) -> {
            if (operation.equals("PutSecretValue")) {
                ShelfVault.answer(exchange, 500, Map.of("__type", "InternalServiceError", "Message", "broken"));
                return true;
            }
            return false;
        });
        owner.put(path, Map.of("data", Map.of("value", "x"))).expect(502, "backend_unavailable");
        assertThat(value(area + "/a")).isEqualTo("changed there");
        vault.troubles((operation, secret, exchange) -> false);
        owner.patch(uri, Map.of("write_through", false)).expect(200);
        owner.put(path, Map.of("data", Map.of("value", "x"))).expect(409, "backend_read_only");
        JsonNode rows = owner.get("/v1/audit/secrets/" + area + "/a?limit=100")
                .expect(200)
                .json()
                .get("logs");
        assertThat(rows.toString()).contains("backend_unavailable").doesNotContain("changed there");
    }
}
