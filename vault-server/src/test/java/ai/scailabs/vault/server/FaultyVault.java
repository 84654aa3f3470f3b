package ai.scailabs.vault.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Secrets Manager on loopback that serves well until it is told not to. */
final class FaultyVault implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicInteger values = new AtomicInteger();
    private volatile Fault fault = FaultyVault::serve;

    FaultyVault() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                if (target(exchange).endsWith("GetSecretValue")) {
                    values.incrementAndGet();
                }
                fault.answer(exchange);
            }
        });
        server.start();
    }

    Map<String, String> config() {
        return Map.of(
                "region",
                "eu-central-1",
                "credentials_path",
                PreparedVaults.CREDENTIALS,
                "endpoint",
                "http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** How often a value was asked for. */
    int reads() {
        return values.get();
    }

    void serves(Fault next) {
        fault = next;
    }

    /** Keeps every caller waiting for so long, and serves then. */
    Fault late(long millis) {
        return exchange -> {
            try {
                if (!closed.await(millis, TimeUnit.MILLISECONDS)) {
                    serve(exchange);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** Every secret is there, and none is listed. */
    static void serve(HttpExchange exchange) throws IOException {
        serve(exchange, List.of());
    }

    /** Every secret is there, and these are listed. */
    static Fault holding(Collection<String> names) {
        return exchange -> serve(exchange, names);
    }

    /** Every secret's value tells its name. */
    private static void serve(HttpExchange exchange, Collection<String> names) throws IOException {
        JsonNode asked = JsonMapper.shared().readTree(exchange.getRequestBody().readAllBytes());
        String name = asked.path("SecretId").asString("");
        String answer = target(exchange).endsWith("GetSecretValue")
                ? "{\"Name\":\"" + name
                        + "\",\"VersionId\":\"00000000-0000-4000-8000-000000000001\",\"CreatedDate\":1764000000,"
                        + "\"VersionStages\":[\"AWSCURRENT\"],\"SecretString\":\"of " + name + "\"}"
                : JsonMapper.shared()
                        .writeValueAsString(Map.of(
                                "SecretList",
                                names.stream().map(each -> Map.of("Name", each)).toList()));
        answer(exchange, 200, answer.getBytes(StandardCharsets.UTF_8));
    }

    static Fault saying(int status, String body) {
        return exchange -> answer(exchange, status, body.getBytes(StandardCharsets.UTF_8));
    }

    static Fault redirecting(String location) {
        return exchange -> {
            exchange.getResponseHeaders().set("Location", location);
            exchange.sendResponseHeaders(307, -1);
        };
    }

    static Fault huge(int bytes) {
        return exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] block = new byte[64 * 1024];
            try (OutputStream out = exchange.getResponseBody()) {
                for (int sent = 0; sent < bytes; sent += block.length) {
                    out.write(block);
                }
            }
        };
    }

    static Fault halfClosed() {
        return exchange -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
        };
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static String target(HttpExchange exchange) {
        String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
        return target == null ? "" : target;
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    /** How it answers. */
    @FunctionalInterface
    interface Fault {
        void answer(HttpExchange exchange) throws IOException;
    }
}
