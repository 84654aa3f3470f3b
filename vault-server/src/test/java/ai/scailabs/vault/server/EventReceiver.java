package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Takes what is sent to a webhook, on loopback and without TLS, which development permits. */
public final class EventReceiver implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final LinkedBlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
    private volatile int status = 200;

    public EventReceiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
                exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
                byte[] body = exchange.getRequestBody().readAllBytes();
                int answer = status;
                // Before the answer, after which the next may come.
                sent.add(new Sent(headers, body, answer));
                exchange.sendResponseHeaders(answer, -1);
            }
        });
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    }

    /** From now on. */
    public void answer(int code) {
        status = code;
    }

    /** The next that is sent. */
    public Sent next() {
        Optional<Sent> next = poll(PATIENCE_SECONDS);
        assertThat(next).as("something was sent").isPresent();
        return next.orElseThrow();
    }

    /** The next, if it comes in time. */
    public Optional<Sent> poll(long seconds) {
        try {
            return Optional.ofNullable(sent.poll(seconds, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Everything up to one about this path, which is the last. */
    public List<Sent> until(String path) {
        List<Sent> all = new ArrayList<>();
        do {
            all.add(next());
        } while (!all.getLast().event().path("path").asString("").equals(path));
        return all;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** @param answered with which status */
    public record Sent(Map<String, String> headers, byte[] body, int answered) {
        public JsonNode event() {
            return JsonMapper.shared().readTree(body);
        }

        public String type() {
            return event().get("event_type").stringValue();
        }
    }
}
