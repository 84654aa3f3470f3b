package ai.scailabs.vault.server.slow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.server.ApiClient;
import ai.scailabs.vault.server.JsonBombTest;
import ai.scailabs.vault.server.RunningServer;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TestPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@link JsonBombTest} sends one by one, here by many callers at once to a service with next to no heap: it refuses them and goes on. */
@Tag("slow")
class BoundedHeapTest {
    /** Little more than the service has for itself. */
    private static final int HEAP_MEBIBYTES = 72;

    private static final int CALLERS = 24;
    private static final int ROUNDS = 3;

    @Test
    @Timeout(600)
    void bombsOfManyCallers_doNotFillTheHeap(@TempDir Path folder) throws Exception {
        try (TestIssuer issuer = TestIssuer.start();
                KillableServer server = new KillableServer(
                        folder, TestPostgres.migratedDatabase(Schema::migrate), issuer, HEAP_MEBIBYTES)) {
            server.start();
            server.awaitReady();
            ApiClient api = new ApiClient(
                    server.port(),
                    issuer.token()
                            .tenant("tnt_heap")
                            .partner("ptn_heap")
                            .user("owner@heap.test")
                            .scope(RunningServer.ALL_SCOPES)
                            .ttl(Duration.ofHours(1))
                            .sign());
            api.allow("user:owner@heap.test", "**", "admin");
            api.put("/v1/secrets/app/db", Map.of("data", Map.of("a", "b"))).expect(201);

            List<JsonBombTest.Bomb> bombs = JsonBombTest.bombs().toList();
            AtomicInteger next = new AtomicInteger();
            AtomicInteger sent = new AtomicInteger();
            try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
                List<Future<?>> all = new ArrayList<>();
                for (int caller = 0; caller < CALLERS; caller++) {
                    all.add(callers.submit(() -> {
                        for (int i = next.getAndIncrement(); i < ROUNDS * bombs.size(); i = next.getAndIncrement()) {
                            JsonBombTest.Bomb bomb = bombs.get(i % bombs.size());
                            ApiClient.Reply reply = api.send(bomb.method(), bomb.uri(), bomb.body());
                            assertThat(reply.status())
                                    .as(bomb + " " + reply.body())
                                    .isNotEqualTo(500);
                            sent.incrementAndGet();
                        }
                    }));
                }
                for (Future<?> each : all) {
                    each.get();
                }
            }

            assertThat(sent).hasValue(ROUNDS * bombs.size());
            assertThat(api.get("/v1/secrets/app/db").expect(200).body()).contains("\"a\":\"b\"");
            assertThat(server.log()).doesNotContain("OutOfMemoryError").doesNotContain("StackOverflowError");
        }
    }
}
