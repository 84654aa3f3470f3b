package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.TestAuthority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What becomes of reads when the vault behind a path does not serve: of those there, and of all others. */
class FaultyVaultTest {
    private static final String BACKENDS = "/v1/federation/backends";
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration SLACK = Duration.ofSeconds(2);

    private static RunningServer server;
    private static ApiClient owner;

    @TempDir
    private Path folder;

    private FaultyVault vault;
    private String name;
    private String id;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("faulty", "faulty");
        PreparedVaults.giveCredentials(owner);
        owner.put("/v1/secrets/ours/a", Map.of("data", Map.of("k", "v"))).expect(201);
    }

    /** Each has a backend of its own: what is known against one is known of no other. */
    @BeforeEach
    void mount(TestInfo test) {
        vault = new FaultyVault();
        name = test.getTestMethod()
                .orElseThrow()
                .getName()
                .toLowerCase(java.util.Locale.ROOT)
                .replaceAll("[^a-z]", "");
        id = PreparedVaults.id(owner.post(
                        BACKENDS,
                        Map.of(
                                "name",
                                name,
                                "type",
                                "aws-secrets-manager",
                                "config",
                                vault.config(),
                                "path_mapping",
                                Map.of("there/" + name + "/**", "t/**"),
                                "mode",
                                "proxy"))
                .expect(201)
                .json());
    }

    @AfterEach
    void unmount() {
        vault.close();
        owner.delete(BACKENDS + "/" + id).expect(204);
    }

    private String path(String secret) {
        return "/v1/secrets/there/" + name + "/" + secret;
    }

    /** Within the time, with the reason, recorded, and told of nothing else. */
    private void refused(FaultyVault.Fault fault, String secret, String reason) {
        vault.serves(fault);
        long begun = System.nanoTime();
        ApiClient.Reply reply = owner.get(path(secret)).expect(502, "backend_unavailable");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).as(reason).isLessThan(PATIENCE.plus(SLACK));
        assertThat(reply.json().at("/error/details/reason").stringValue()).isEqualTo(reason);
        assertThat(reply.json().at("/error/details/backend").stringValue()).isEqualTo(name);
        JsonNode row = owner.get("/v1/audit/secrets/there/" + name + "/" + secret)
                .expect(200)
                .json()
                .get("logs")
                .get(0);
        assertThat(row.get("success").booleanValue()).isFalse();
        assertThat(row.get("error_code").stringValue()).isEqualTo("backend_unavailable");
        assertThat(row.at("/extra_data/backend").stringValue()).isEqualTo(name);
        assertThat(row.at("/extra_data/reason").stringValue()).isEqualTo(reason);
        owner.get("/v1/secrets/ours/a").expect(200);
    }

    @Test
    void everyFault_isToldByItsReason_inTime_andRecorded() {
        owner.get(path("well")).expect(200);
        refused(FaultyVault.saying(200, "<html>not json</html>"), "garbage", "not_understood");
        refused(FaultyVault.huge(10 * 1024 * 1024), "huge", "too_large");
        owner.get(path("well")).expect(502, "backend_unavailable");
    }

    @Test
    void answerThatPointsElsewhere_isNotFollowed() {
        refused(FaultyVault.redirecting("http://169.254.169.254/latest/"), "moved", "redirected");
        refused(FaultyVault.redirecting("http://10.0.0.1/"), "inside", "redirected");
    }

    /** Advisory CVE-2026-4525. */
    @Test
    void nothingThatTheCallerSent_goesToTheVault() {
        owner.get(path("a"), "X-Canary", "CANARY-header", "Cookie", "CANARY-cookie", "X-Vault-Token", "CANARY-token")
                .expect(200);
        assertThat(vault.headers())
                .isNotEmpty()
                .noneMatch(header -> header.contains("CANARY-")
                        || header.contains(String.valueOf(owner.token()))
                        || header.contains("Bearer"));
    }

    @Test
    void connectionThatEndsHalfway_isNoAnswer() {
        refused(FaultyVault.halfClosed(), "half", "unreachable");
        refused(FaultyVault.saying(500, "{}"), "fault", "server_error");
    }

    @Test
    void certificateOfAnother_isNotTrusted_whenTheBackendIsMadeNorLater() {
        TestAuthority ours = new TestAuthority("ours");
        TestAuthority others = new TestAuthority("others");
        try (FaultyVault secured = new FaultyVault(ours.server("localhost"))) {
            Map<String, String> config = new HashMap<>(secured.config());
            Map<String, Object> body = new HashMap<>(Map.of(
                    "name", "secured",
                    "type", "aws-secrets-manager",
                    "path_mapping", Map.of("secured/**", "t/**"),
                    "mode", "proxy"));
            for (String trusted : new String[] {null, pem(others)}) {
                if (trusted != null) {
                    config.put("ca_certificate", trusted);
                }
                body.put("config", config);
                JsonNode refused =
                        owner.post(BACKENDS, body).expect(400, "invalid_config").json();
                assertThat(refused.at("/error/details/field").stringValue()).isEqualTo("config.endpoint");
                assertThat(refused.at("/error/details/reason").stringValue()).isEqualTo("certificate_refused");
            }
            config.put("ca_certificate", pem(ours));
            String made =
                    PreparedVaults.id(owner.post(BACKENDS, body).expect(201).json());
            owner.get("/v1/secrets/secured/a").expect(200);
            secured.shows(others.server("localhost"));
            JsonNode later = owner.get("/v1/secrets/secured/b")
                    .expect(502, "backend_unavailable")
                    .json();
            assertThat(later.at("/error/details/reason").stringValue()).isEqualTo("certificate_refused");
            secured.shows(ours.serverNamed("elsewhere.test"));
            later = owner.get("/v1/secrets/secured/b")
                    .expect(502, "backend_unavailable")
                    .json();
            assertThat(later.at("/error/details/reason").stringValue()).isEqualTo("certificate_refused");
            owner.delete(BACKENDS + "/" + made).expect(204);
        }
    }

    private String pem(TestAuthority authority) {
        try {
            return Files.readString(TestAuthority.write(folder.resolve("ca.pem"), authority.certificate()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void silence_isWaitedForNoLongerThanAllowed() {
        refused(vault.late(60_000), "silent", "timed_out");
    }

    @Test
    void credentialsThatAreRefused_areNoOutage() {
        vault.serves(FaultyVault.saying(400, "{\"__type\":\"UnrecognizedClientException\",\"message\":\"CANARY\"}"));
        for (int call = 0; call < 8; call++) {
            ApiClient.Reply reply = owner.get(path("refused")).expect(502, "backend_unavailable");
            assertThat(reply.json().at("/error/details/reason").stringValue()).isEqualTo("credentials_refused");
            assertThat(reply.body()).doesNotContain("CANARY");
        }
        vault.serves(FaultyVault::serve);
        owner.get(path("refused")).expect(200);
    }

    /** Nobody waits for a vault that has failed so often; a few ask again. */
    @Test
    void vaultThatKeepsFailing_isLeftAlone_andComesBack() {
        vault.serves(FaultyVault.saying(500, "{}"));
        for (int call = 0; call < 6; call++) {
            owner.get(path("down")).expect(502, "backend_unavailable");
        }
        int asked = vault.reads();
        JsonNode alone =
                owner.get(path("down")).expect(502, "backend_unavailable").json();
        assertThat(alone.at("/error/details/reason").stringValue()).isEqualTo("left_alone");
        assertThat(vault.reads()).isEqualTo(asked);

        vault.serves(FaultyVault::serve);
        assertThat(owner.get(BACKENDS + "/" + id + "/status")
                        .expect(200)
                        .json()
                        .get("status")
                        .stringValue())
                .isEqualTo("healthy");
        long end = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (owner.get(path("down")).status() != 200) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
    }

    @Test
    void changedBackend_isAskedAtOnce() {
        vault.serves(FaultyVault.saying(500, "{}"));
        for (int call = 0; call < 7; call++) {
            owner.get(path("fixed")).expect(502, "backend_unavailable");
        }
        vault.serves(FaultyVault::serve);
        owner.patch(BACKENDS + "/" + id, Map.of("path_mapping", Map.of("there/" + name + "/*", "t/*")))
                .expect(200);
        owner.get(path("fixed")).expect(200);
    }

    @Test
    void readsOfOneIdentityForTheSame_shareOneCall_andThoseOfAnotherDoNot() throws Exception {
        ApiClient other = server.member(owner, "faulty", "faulty", "sharer", "there/" + name + "/**", "read", "list");
        owner.get(path("warm")).expect(200);
        int before = vault.reads();
        vault.serves(vault.late(1_500));
        List<Future<ApiClient.Reply>> replies = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int call = 0; call < 10; call++) {
                ApiClient client = call % 2 == 0 ? owner : other;
                replies.add(threads.submit(() -> client.get(path("shared"))));
            }
            for (Future<ApiClient.Reply> reply : replies) {
                assertThat(reply.get().expect(200).json().at("/data/value").stringValue())
                        .isEqualTo("of t/shared");
            }
        }
        assertThat(vault.reads() - before).isEqualTo(2);
    }

    /** As many as one vault is asked by at once wait; who comes then is told so at once. */
    @Test
    void moreCallsThanAreAllowedAtOnce_areRefusedAtOnce() throws Exception {
        owner.get(path("warm")).expect(200);
        vault.serves(vault.late(2_000));
        List<Future<ApiClient.Reply>> replies = new ArrayList<>();
        int busy = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int call = 0; call < 40; call++) {
                String secret = path("s" + call);
                replies.add(threads.submit(() -> owner.get(secret)));
            }
            for (Future<ApiClient.Reply> each : replies) {
                ApiClient.Reply reply = each.get();
                if (reply.status() != 200) {
                    assertThat(reply.expect(502, "backend_unavailable")
                                    .json()
                                    .at("/error/details/reason")
                                    .stringValue())
                            .isEqualTo("busy");
                    busy++;
                }
            }
        }
        assertThat(busy).isBetween(1, 8);
    }

    /** A right that is withdrawn while the vault is asked is not there any more when it answers. */
    @Test
    void rightThatIsWithdrawnMeanwhile_counts() throws Exception {
        String binding = owner.allow("sa:leaver", "there/" + name + "/**", "read");
        ApiClient leaver = server.client(
                server.token("faulty", "faulty").serviceAccount("leaver").sign());
        leaver.get(path("warm")).expect(200);
        int before = vault.reads();
        vault.serves(vault.late(1_500));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<ApiClient.Reply> reply = threads.submit(() -> leaver.get(path("late")));
            while (vault.reads() == before) {
                assertThat(reply.isDone()).isFalse();
                LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
            }
            owner.delete("/v1/policies/" + binding + "?force=true").expect(204);
            reply.get().expect(403, "access_denied");
        }
    }

    @Test
    void listAcrossVaults_saysWhichDidNotAnswer_andOneInsideFails() {
        vault.serves(FaultyVault.saying(500, "{}"));
        JsonNode list = owner.get("/v1/secrets").expect(200).json();
        assertThat(list.get("unavailable_backends").valueStream().map(JsonNode::stringValue))
                .contains(name);
        assertThat(list.get("secrets").toString()).contains("ours/a");
        owner.get("/v1/secrets?prefix=there/" + name + "/").expect(502, "backend_unavailable");
        JsonNode batch = owner.post("/v1/secrets/batch", Map.of("paths", List.of("ours/a", "there/" + name + "/a")))
                .expect(200)
                .json();
        assertThat(batch.get("secrets").propertyNames()).containsExactly("ours/a");
        assertThat(batch.at("/errors/there~1" + name + "~1a/code").stringValue())
                .isEqualTo("backend_unavailable");
    }
}
