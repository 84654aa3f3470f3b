package ai.scailabs.vault.pki.dns.rest;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A vendor's API as it is published, on loopback; strict about what it is sent, which it writes down. */
public abstract class FakeApi implements AutoCloseable {
    protected static final JsonMapper JSON = JsonMapper.shared();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile Runnable beforeWrite = () -> {};

    protected FakeApi() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Each as {@code METHOD /path?query body}, since the last time. */
    public List<String> takeRequests() {
        List<String> taken = List.copyOf(requests);
        requests.clear();
        return taken;
    }

    /** What others do just before the next change is carried out; once. */
    public void beforeNextWrite(Runnable work) {
        beforeWrite = work;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String method = exchange.getRequestMethod();
            requests.add((method + " " + exchange.getRequestURI() + " " + body).strip());
            if (!method.equals("GET") && !exchange.getRequestURI().getPath().endsWith("token")) {
                Runnable work = beforeWrite;
                beforeWrite = () -> {};
                work.run();
            }
            Answer answer;
            synchronized (this) {
                answer = answer(new Request(method, exchange.getRequestURI(), exchange, body));
            }
            answer.headers()
                    .forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            if (bytes.length > 0) {
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    protected abstract Answer answer(Request request);

    protected static Answer json(int status, Object body) {
        return new Answer(status, Map.of("Content-Type", "application/json"), JSON.writeValueAsString(body));
    }

    /** A request as it came. */
    public record Request(String method, URI uri, HttpExchange exchange, String body) {
        public String header(String name) {
            String value = exchange.getRequestHeaders().getFirst(name);
            return value == null ? "" : value;
        }

        public String query(String name) {
            String query = uri.getQuery() == null ? "" : uri.getQuery();
            for (String part : query.split("&")) {
                if (part.startsWith(name + "=")) {
                    return part.substring(name.length() + 1);
                }
            }
            return "";
        }

        public JsonNode json() {
            return JSON.readTree(body);
        }

        public boolean is(String wanted, String path) {
            return method.equals(wanted) && uri.getPath().matches(path);
        }

        public String segment(int index) {
            return uri.getPath().split("/")[index];
        }
    }

    /** @param body as it is sent */
    public record Answer(int status, Map<String, String> headers, String body) {}

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
