package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.TokenAlgorithm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Advisories CVE-2024-8185, CVE-2022-36129 and their like: a stranger joins nothing, overrides nothing, and leaves nothing behind in memory, whatever names they make up. What
 * lives long in memory, and by what it is bounded, is listed in {@link StructureTest}.
 */
@Timeout(120)
class StrangersTest {
    private static final int STRANGERS = 400;

    private static RunningServer server;
    private static ApiClient owner;

    @BeforeAll
    static void start() {
        server = RunningServer.start();
        owner = server.owner("strangers");
        owner.put("/v1/secrets/app/db", Map.of("data", Map.of("a", "b"))).expect(201);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void inventedNames_leaveNothingInMemory() throws Exception {
        // What is asked for the first time makes its series, the question for the metrics too.
        flood(0, 20);
        gauges();
        Map<String, Double> before = gauges();
        flood(1_000, STRANGERS);
        Map<String, Double> after = gauges();
        for (String gauge : List.of("scaivault_token_cache_size", "scaivault_rate_limit_buckets")) {
            assertThat(after.get(gauge))
                    .as(gauge + " of " + after.keySet())
                    .isNotNull()
                    .isEqualTo(before.get(gauge));
        }
        assertThat(after.keySet()).noneMatch(series -> series.contains("invented"));
        // A status that was not answered before is one.
        assertThat(after.size() - before.size()).isLessThan(5);
        assertThat(tenants()).isEqualTo(List.of("ptn_acme", "tnt_strangers"));
        owner.get("/v1/secrets/app/db").expect(200);
    }

    /** Everything that a stranger can write into a request is another one each time. */
    private static void flood(int from, int count) throws Exception {
        List<Callable<Void>> strangers = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            String name = "invented" + i;
            String token = switch (i % 5) {
                case 0 ->
                    server.token(name, name)
                            .user(name + "@x.test")
                            .algorithm(TokenAlgorithm.ES256)
                            .signWithForgedKey();
                case 1 -> server.token(name, name).user(name + "@x.test").unsigned();
                case 2 -> "skt_" + name + "-0000000000000000";
                case 3 ->
                    server.token(name, name)
                            .user(name + "@x.test")
                            .audience(name)
                            .sign();
                default -> name + "." + name + "." + name;
            };
            strangers.add(() -> {
                ask(name, token);
                return null;
            });
        }
        try (ExecutorService callers = Executors.newFixedThreadPool(8)) {
            for (Future<Void> each : callers.invokeAll(strangers)) {
                each.get();
            }
        }
    }

    private static void ask(String name, String token) throws IOException {
        String request = "X" + name.toUpperCase(java.util.Locale.ROOT) + " /v1/" + name + " HTTP/1.1\r\nHost: " + name
                + ".test\r\nX-Request-ID: req_" + name + "-0000\r\nUser-Agent: " + name
                + "\r\nX-Forwarded-For: 10.0.0.1\r\nX-Tenant-ID: tnt_"
                + name + "\r\nX-" + name + ": y\r\n\r\n";
        try (RawConnection connection = new RawConnection(server.port())) {
            connection.exchange(request.getBytes(StandardCharsets.US_ASCII));
            RawConnection.Reply reply = connection.exchange(("GET /v1/t/tnt_" + name + "/secrets/" + name
                            + " HTTP/1.1\r\nHost: " + name + "\r\nAuthorization: Bearer " + token
                            + "\r\nX-Request-ID: req_" + name + "-0001\r\nUser-Agent: " + name + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(reply.status()).as(reply.body()).isIn(401, 503);
        }
    }

    private static Map<String, Double> gauges() {
        Map<String, Double> gauges = new TreeMap<>();
        String metrics = owner.get("/v1/metrics").expect(200).body();
        for (String line : metrics.lines().toList()) {
            if (!line.startsWith("scaivault_")) {
                continue;
            }
            int space = line.lastIndexOf(' ');
            gauges.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
        }
        return gauges;
    }

    private static List<String> tenants() {
        return Sql.superuser(server).rows("select tenant_id from tenant order by tenant_id").stream()
                .map(row -> String.valueOf(row.get("tenant_id")))
                .toList();
    }
}
