package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.testkit.TestCertificate;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import ai.scailabs.vault.testkit.TestRedis;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two instances of the service on one real Redis, which is killed and comes back. */
class SharedRateLimitsTest {
    private static TestRedis redis;
    private static RunningServer one;
    private static RunningServer two;

    @BeforeAll
    static void start() {
        redis = TestRedis.start();
        TestDatabase database = TestPostgres.migratedDatabase(Schema::migrate);
        one = RunningServer.start(database, settings(Map.of()));
        two = RunningServer.start(
                database,
                settings(Map.of(
                        "SCAIKEY_URL",
                        one.issuer().issuer(),
                        "KMS_LOCAL_KEY_FILE",
                        one.rootKeyFile().toString())));
    }

    private static Map<String, String> settings(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(RunningServer.documentedRateLimits());
        settings.put("REDIS_URL", redis.url());
        // A busy machine may keep a healthy Redis waiting.
        settings.put("REDIS_TIMEOUT_MILLIS", "10000");
        settings.putAll(more);
        return settings;
    }

    @AfterAll
    static void stop() {
        two.close();
        one.close();
        redis.close();
    }

    private static ApiClient at(RunningServer server, String name) {
        return server.client(one.token("shared").serviceAccount(name).sign());
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience").isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private static ApiClient.Reply ready(RunningServer server) {
        return server.client(null).get("/v1/health/ready");
    }

    private static boolean sharing(RunningServer server) {
        return ready(server).json().at("/checks/redis").stringValue().equals("ok");
    }

    /** Asks through all of them until each has been refused four times. What is asked for does not matter: a refusal by policy is paid for, too. */
    private static Run run(List<ApiClient> clients, String path) throws Exception {
        AtomicInteger admitted = new AtomicInteger();
        AtomicLong lastRefused = new AtomicLong();
        long start = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> callers = new ArrayList<>();
            for (ApiClient client : clients) {
                callers.add(threads.submit(() -> {
                    for (int refused = 0; refused < 4; ) {
                        long asked = System.nanoTime() - start;
                        if (client.get(path).status() == 429) {
                            refused++;
                            lastRefused.accumulateAndGet(asked, Math::max);
                        } else {
                            admitted.incrementAndGet();
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> caller : callers) {
                caller.get();
            }
        }
        return new Run(admitted.get(), lastRefused.get() / 1e9, (System.nanoTime() - start) / 1e9);
    }

    /**
     * @param refusedAtSeconds when a call was sent that found the bucket empty: by then all was granted that had been refilled
     * @param seconds until the end, by which no more can have been refilled
     */
    private record Run(int admitted, double refusedAtSeconds, double seconds) {
        void assertExact(int perMinute) {
            assertThat((double) admitted)
                    .as(toString())
                    .isBetween(
                            (perMinute + refusedAtSeconds * perMinute / 60) * 0.98,
                            (perMinute + seconds * perMinute / 60) * 1.02);
        }
    }

    @Test
    void twoInstances_admitTheDocumentedNumberTogether_withinTwoInAHundred() throws Exception {
        assertThat(sharing(one) && sharing(two)).isTrue();
        List<ApiClient> clients = List.of(at(one, "exact"), at(two, "exact"), at(one, "exact"), at(two, "exact"));
        run(clients, "/v1/secrets/app/db").assertExact(1_000);
    }

    @Test
    void killedRedis_leavesTheServiceServing_sayingSo_andCountingByItself_untilItIsBack() throws Exception {
        at(one, "before").get("/v1/secrets").expect(200);
        redis.kill9();
        try {
            // Within its patience, every call is answered.
            for (int i = 0; i < 5; i++) {
                at(one, "during").get("/v1/auth/whoami").expect(200);
                at(two, "during").get("/v1/auth/whoami").expect(200);
            }
            await(() -> !sharing(one) && !sharing(two));
            ApiClient.Reply ready = ready(one).expect(200);
            assertThat(ready.json().get("status").stringValue()).isEqualTo("ready");
            assertThat(ready.json().at("/checks/redis").stringValue()).isEqualTo("error");
            assertThat(ready.json().at("/errors/redis").stringValue())
                    .isEqualTo("Redis cannot be reached; rate limits are kept by this instance alone");
            assertThat(ready.body()).doesNotContain("not-a-secret").doesNotContain("127.0.0.1");
            ApiClient administrator =
                    one.client(one.token("shared").user("admin@shared.test").sign());
            ApiClient.Reply detailed = administrator.get("/v1/health/detailed").expect(200);
            assertThat(detailed.json().get("status").stringValue()).isEqualTo("degraded");
            assertThat(detailed.json().at("/checks/redis/status").stringValue()).isEqualTo("error");
            assertThat(administrator.get("/v1/metrics").body()).contains("scaivault_redis_up 0");

            run(List.of(at(one, "alone")), "/v1/secrets").assertExact(100);
        } finally {
            redis.restart();
        }
        await(() -> sharing(one) && sharing(two));
        run(List.of(at(one, "after"), at(two, "after")), "/v1/secrets").assertExact(100);
        assertThat(ready(one).json().has("errors")).isFalse();
    }

    @Test
    void details_tellLatencyAndMemory_andMetricsCountCommands() {
        ApiClient administrator =
                one.client(one.token("shared").user("figures@shared.test").sign());
        await(() -> sharing(one));
        ApiClient.Reply detailed = administrator.get("/v1/health/detailed").expect(200);
        assertThat(detailed.json().get("status").stringValue()).isEqualTo("healthy");
        assertThat(detailed.json().at("/checks/redis/latency_ms").doubleValue()).isBetween(0.001, 1_000.0);
        assertThat(detailed.json().at("/checks/redis/memory_used_mb").doubleValue())
                .isBetween(0.1, 200.0);
        OpenApi api = OpenApi.of(one);
        api.assertDocumented(
                api.operations().stream()
                        .filter(operation -> operation.id().equals("detailedHealth"))
                        .findFirst()
                        .orElseThrow(),
                detailed);
        assertThat(administrator.get("/v1/metrics").expect(200).body())
                .contains("scaivault_redis_up 1")
                .containsPattern("scaivault_redis_latency_seconds_count [1-9]");
    }

    @Test
    void redisThatCannotBeTrusted_isNotUsed(@TempDir Path folder) throws Exception {
        TestCertificate shown = TestCertificate.create(Files.createDirectory(folder.resolve("shown")), "ip:127.0.0.1");
        TestCertificate trusted =
                TestCertificate.create(Files.createDirectory(folder.resolve("trusted")), "ip:127.0.0.1");
        try (TestRedis overTls = TestRedis.start(shown)) {
            Map<String, String> settings = new HashMap<>();
            settings.put("REDIS_URL", overTls.url());
            settings.put("REDIS_CA_FILE", trusted.certificateFile().toString());
            try (RunningServer server = RunningServer.start(TestPostgres.migratedDatabase(Schema::migrate), settings)) {
                ApiClient.Reply ready = ready(server).expect(200);
                assertThat(ready.json().at("/errors/redis").stringValue())
                        .startsWith("the TLS connection to Redis cannot be trusted");
                server.client(server.token("untrusted").serviceAccount("a").sign())
                        .get("/v1/auth/whoami")
                        .expect(200);
            }
            settings.put("REDIS_CA_FILE", shown.certificateFile().toString());
            try (RunningServer server = RunningServer.start(TestPostgres.migratedDatabase(Schema::migrate), settings)) {
                assertThat(sharing(server)).isTrue();
            }
        }
    }
}
