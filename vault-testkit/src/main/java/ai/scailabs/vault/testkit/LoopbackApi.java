package ai.scailabs.vault.testkit;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A REST API on loopback over plain HTTP; who makes it says what it answers. */
final class LoopbackApi implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    LoopbackApi(Function<Asked, Said> answers) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> handle(exchange, answers));
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private static void handle(HttpExchange exchange, Function<Asked, Said> answers) throws IOException {
        try (exchange) {
            Said said = answers.apply(Asked.of(exchange));
            if (said.status() == Said.NOTHING) {
                return;
            }
            said.headers().forEach(exchange.getResponseHeaders()::set);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            byte[] bytes = said.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(said.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    /**
     * A request as it came.
     *
     * @param path decoded
     * @param query decoded
     * @param bearer empty for none
     */
    record Asked(String method, String path, Map<String, String> query, String bearer, String body) {
        static Asked of(HttpExchange exchange) throws IOException {
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            return new Asked(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    pairs(exchange.getRequestURI().getRawQuery()),
                    authorization != null && authorization.startsWith("Bearer ") ? authorization.substring(7) : "",
                    body);
        }

        private static Map<String, String> pairs(@Nullable String text) {
            Map<String, String> pairs = new LinkedHashMap<>();
            if (text != null && !text.isEmpty()) {
                for (String part : text.split("&", -1)) {
                    int equals = part.indexOf('=');
                    pairs.put(
                            URLDecoder.decode(part.substring(0, Math.max(equals, 0)), StandardCharsets.UTF_8),
                            URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
                }
            }
            return pairs;
        }

        /** A body of {@code application/x-www-form-urlencoded}. */
        Map<String, String> form() {
            return pairs(body);
        }

        /** Empty for what is no object. */
        Map<String, Object> json() {
            try {
                return JSONObjectUtils.parse(body);
            } catch (ParseException malformed) {
                return Map.of();
            }
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    /** An answer. */
    record Said(int status, Map<String, String> headers, String body) {
        private static final int NOTHING = 0;

        static Said json(int status, Map<String, ?> body) {
            return new Said(status, Map.of(), JSONObjectUtils.toJSONString(new LinkedHashMap<>(body)));
        }

        static Said empty(int status) {
            return new Said(status, Map.of(), "");
        }

        /** The connection ends. */
        static Said nothing() {
            return empty(NOTHING);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
