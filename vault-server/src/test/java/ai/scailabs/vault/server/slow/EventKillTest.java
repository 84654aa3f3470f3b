package ai.scailabs.vault.server.slow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.server.ApiClient;
import ai.scailabs.vault.server.EventReceiver;
import ai.scailabs.vault.server.RunningServer;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TestPostgres;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills the service with SIGKILL while it tells of changes, and looks whether all of them were told. {@code -Dkill.rounds} changes how often. */
@Tag("slow")
class EventKillTest {
    private static final int ROUNDS = Integer.getInteger("kill.rounds", 10);
    private static final int FEWEST = 20;

    private final Random random = new Random(Long.getLong("kill.seed", 20_261_127L));
    private final List<String> acknowledged = new CopyOnWriteArrayList<>();
    private final List<String> arrived = new CopyOnWriteArrayList<>();
    private volatile boolean over;

    @Test
    void killedWhileItTells_leavesNothingOut_andKeepsTheOrder(@TempDir Path folder) throws Exception {
        try (TestPostgres postgres = TestPostgres.privateInstance(folder.resolve("postgres"), true);
                TestIssuer issuer = TestIssuer.start();
                EventReceiver receiver = new EventReceiver()) {
            TestDatabase database = postgres.database();
            String token = issuer.token()
                    .tenant("tnt_events")
                    .partner("ptn_events")
                    .user("owner@events.test")
                    .scope(RunningServer.ALL_SCOPES)
                    .ttl(Duration.ofHours(12))
                    .sign();
            try (KillableServer server = new KillableServer(folder, database, issuer)) {
                server.start();
                server.awaitReady();
                ApiClient api = new ApiClient(server.port(), token);
                api.allow("user:owner@events.test", "**", "admin");
                api.post(
                                "/v1/webhooks",
                                Map.of(
                                        "name",
                                        "killed",
                                        "url",
                                        receiver.url(),
                                        "secret",
                                        "not-a-real-one",
                                        "events",
                                        List.of("secret.created")))
                        .expect(201);
                Thread writer = Thread.ofPlatform().start(() -> write(api));
                Thread collector = Thread.ofPlatform().start(() -> collect(receiver));
                for (int round = 0; round < ROUNDS; round++) {
                    int before = acknowledged.size();
                    await(() -> acknowledged.size() >= before + FEWEST);
                    // While some are being sent, and nobody has written down which.
                    int had = arrived.size();
                    await(() -> arrived.size() > had);
                    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(2_000)));
                    server.kill9();
                    server.start();
                    server.awaitReady();
                }
                over = true;
                writer.join();
                api.put("/v1/secrets/app/last", Map.of("data", Map.of("a", "b")))
                        .expect(201);
                // A lease of who was killed may have to run out.
                await(() -> arrived.contains("app/last"));
                collector.interrupt();
                Set<String> told = new LinkedHashSet<>(arrived);
                assertThat(told).containsAll(acknowledged);
                List<String> order = new ArrayList<>(told);
                order.retainAll(Set.copyOf(acknowledged));
                assertThat(order).isEqualTo(acknowledged);
                System.out.printf(
                        "%d kills: %d changes, all told, %d of them twice%n",
                        ROUNDS, acknowledged.size(), arrived.size() - told.size());
            }
        }
    }

    private static void await(BooleanSupplier condition) {
        long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it goes on").isLessThan(patience);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private void collect(EventReceiver receiver) {
        while (!Thread.currentThread().isInterrupted()) {
            receiver.poll(1)
                    .ifPresent(sent -> arrived.add(sent.event().get("path").stringValue()));
        }
    }

    private void write(ApiClient api) {
        for (int i = 0; !over; i++) {
            String path = "app/n" + i;
            try {
                if (api.put("/v1/secrets/" + path, Map.of("data", Map.of("a", "b")))
                                .status()
                        == 201) {
                    acknowledged.add(path);
                }
            } catch (UncheckedIOException killed) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }
}
