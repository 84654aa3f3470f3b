package ai.scailabs.vault.server.slow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.server.ApiClient;
import ai.scailabs.vault.server.RunningServer;
import com.sun.net.httpserver.HttpServer;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Many events to many targets of which some are dead and some slow, and many who wait for some. {@code -Devents.count}, {@code -Devents.rate} (a second) and {@code -Devents.polls} change how many;
 * {@code -Devents.count=100000} is what an installation should bear.
 */
@Tag("alone")
class EventLoadTest {
    private static final int COUNT = Integer.getInteger("events.count", 3_000);
    private static final int RATE = Integer.getInteger("events.rate", 100);
    private static final int POLLS = Integer.getInteger("events.polls", 1_000);
    private static final int HEALTHY = 15;
    private static final int SLOW = 2;
    private static final int DEAD = 3;
    private static final Duration SLOWNESS = Duration.ofSeconds(2);
    private static final Duration LONGEST = Duration.ofSeconds(5);
    /** Mostly what the container keeps for a connection: the longest head, and buffers of bytes and of characters. */
    private static final long MOST_BYTES_EACH = 100_000;

    private static RunningServer server;

    @BeforeAll
    static void start() {
        server = RunningServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void healthyTargets_getEverythingInOrderAndInTime_besideDeadAndSlowOnes() throws Exception {
        ApiClient owner = server.owner("load", "load");
        List<Arrivals> healthy = new ArrayList<>();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            for (int i = 0; i < HEALTHY; i++) {
                Arrivals arrivals = new Arrivals(threads, Duration.ZERO);
                healthy.add(arrivals);
                webhook(owner, "healthy" + i, arrivals.url());
            }
            for (int i = 0; i < SLOW; i++) {
                webhook(owner, "slow" + i, new Arrivals(threads, SLOWNESS).url());
            }
            for (int i = 0; i < DEAD; i++) {
                webhook(owner, "dead" + i, "http://127.0.0.1:1/");
            }
            List<String> written = new ArrayList<>();
            long begun = System.nanoTime();
            for (int i = 0; i < COUNT; i++) {
                String path = "app/n" + i;
                owner.put("/v1/secrets/" + path, Map.of("data", Map.of("a", "b")))
                        .expect(201);
                written.add(path);
                long due = begun + TimeUnit.SECONDS.toNanos(1) * (i + 1) / RATE;
                LockSupport.parkNanos(Math.max(0, due - System.nanoTime()));
            }
            long took = System.nanoTime() - begun;
            List<Long> delays = new ArrayList<>();
            for (Arrivals arrivals : healthy) {
                arrivals.await(COUNT);
                assertThat(arrivals.paths()).isEqualTo(written);
                delays.addAll(arrivals.delays());
            }
            Collections.sort(delays);
            long p99 = delays.get((int) (delays.size() * 0.99));
            System.out.printf(
                    "%d events in %.1f s to %d targets, of them %d slow and %d dead: p50 %d ms, p99 %d ms, longest %d ms%n",
                    COUNT,
                    took / 1e9,
                    HEALTHY + SLOW + DEAD,
                    SLOW,
                    DEAD,
                    delays.get(delays.size() / 2),
                    p99,
                    delays.getLast());
            assertThat(p99).isLessThan(LONGEST.toMillis());
        } finally {
            threads.shutdownNow();
        }
    }

    private static void webhook(ApiClient owner, String name, String url) {
        owner.post(
                        "/v1/webhooks",
                        Map.of(
                                "name",
                                name,
                                "url",
                                url,
                                "secret",
                                "not-a-real-one",
                                "events",
                                List.of("secret.created")))
                .expect(201);
    }

    @Test
    void manyWhoWait_takeLittleMemory_andAreAllToldInTime() throws Exception {
        ApiClient owner = server.owner("polls", "polls");
        String token = server.token("polls", "polls")
                .user("owner@polls.test")
                .role("partner_admin")
                .sign();
        owner.put("/v1/secrets/app/read", Map.of("data", Map.of("a", "b"))).expect(201);
        String id = owner.post(
                        "/v1/subscriptions",
                        Map.of(
                                "name", "polls",
                                "paths", List.of("app/told"),
                                "events", List.of("secret.created"),
                                "delivery", Map.of("type", "polling")))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        double before = readsPerSecond(owner);
        long usedBefore = usedBytes();
        List<Socket> waiting = new ArrayList<>();
        // Sockets rather than a client: its buffers would be counted, too.
        byte[] poll = ("GET /v1/subscriptions/" + id
                        + "/poll?timeout=60 HTTP/1.1\r\nHost: vault.test\r\nAuthorization: Bearer " + token
                        + "\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        try {
            for (int i = 0; i < POLLS; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
                waiting.add(socket);
                socket.getOutputStream().write(poll);
            }
            long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (!owner.get("/v1/metrics")
                    .expect(200)
                    .body()
                    .contains("scaivault_events_polls_waiting " + POLLS + ".0")) {
                assertThat(System.nanoTime()).as("all wait").isLessThan(patience);
            }
            long bytes = usedBytes() - usedBefore;
            double during = readsPerSecond(owner);
            Instant written = Instant.now();
            owner.put("/v1/secrets/app/told", Map.of("data", Map.of("a", "b"))).expect(201);
            for (Socket each : waiting) {
                each.setSoTimeout(60_000);
                String answer = new String(each.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(answer).startsWith("HTTP/1.1 200").contains("app/told");
            }
            System.out.printf(
                    "%d polls: %.1f MiB of heap, %.0f reads/s before and %.0f beside them, all told within %d ms%n",
                    POLLS,
                    bytes / 1024.0 / 1024.0,
                    before,
                    during,
                    Duration.between(written, Instant.now()).toMillis());
            assertThat(bytes).isLessThan(POLLS * MOST_BYTES_EACH);
        } finally {
            for (Socket each : waiting) {
                each.close();
            }
        }
    }

    private static double readsPerSecond(ApiClient owner) {
        long begun = System.nanoTime();
        int reads = 0;
        while (System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(3)) {
            owner.get("/v1/secrets/app/read").expect(200);
            reads++;
        }
        return reads / ((System.nanoTime() - begun) / 1e9);
    }

    private static long usedBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** What one receiver got, and how late. */
    private static final class Arrivals {
        private final HttpServer http;
        private final List<String> paths = Collections.synchronizedList(new ArrayList<>());
        private final List<Long> delays = Collections.synchronizedList(new ArrayList<>());

        private Arrivals(ExecutorService threads, Duration slowness) throws Exception {
            http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            http.setExecutor(threads);
            http.createContext("/", exchange -> {
                try (exchange) {
                    JsonNode event = JsonMapper.shared()
                            .readTree(exchange.getRequestBody().readAllBytes());
                    LockSupport.parkNanos(slowness.toNanos());
                    Instant happened = Instant.parse(event.get("timestamp").stringValue());
                    delays.add(Duration.between(happened, Instant.now()).toMillis());
                    paths.add(event.get("path").stringValue());
                    exchange.sendResponseHeaders(200, -1);
                }
            });
            http.start();
        }

        String url() {
            return "http://127.0.0.1:" + http.getAddress().getPort() + "/hook";
        }

        void await(int count) {
            long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
            while (paths.size() < count) {
                assertThat(System.nanoTime()).as("got " + paths.size()).isLessThan(patience);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        }

        List<String> paths() {
            return List.copyOf(paths);
        }

        List<Long> delays() {
            return List.copyOf(delays);
        }
    }
}
