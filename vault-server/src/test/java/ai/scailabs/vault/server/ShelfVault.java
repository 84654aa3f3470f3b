package ai.scailabs.vault.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What AWS Secrets Manager answers to whoever lists, reads and describes, for as many secrets as a test wishes, and as badly. */
public final class ShelfVault implements AutoCloseable {
    private static final int PAGE = 100;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ConcurrentSkipListMap<String, Held> held = new ConcurrentSkipListMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger reads = new AtomicInteger();
    private final HttpServer server;
    private volatile boolean marked = true;
    private volatile Trouble trouble = (operation, name, exchange) -> false;

    public ShelfVault() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                serve(exchange);
            }
        });
        server.start();
    }

    /** The credentials lie where {@link PreparedVaults} puts them. */
    public Map<String, String> config() {
        return Map.of(
                "region",
                "eu-central-1",
                "credentials_path",
                PreparedVaults.CREDENTIALS,
                "endpoint",
                "http://localhost:" + server.getAddress().getPort());
    }

    public void put(String name, String value) {
        held.put(name, new Held(UUID.randomUUID().toString(), value, "", System.currentTimeMillis()));
    }

    void describe(String name, String description) {
        held.computeIfPresent(
                name, (key, old) -> new Held(old.version(), old.value(), description, old.changedAt() + 1));
    }

    public void remove(String name) {
        held.remove(name);
    }

    /** How often a value was asked for. */
    public int reads() {
        return reads.get();
    }

    /** Whether lists tell by what a secret is known for the same. */
    public void tells(boolean marks) {
        marked = marks;
    }

    public void troubles(Trouble next) {
        trouble = next;
    }

    private void serve(HttpExchange exchange) throws IOException {
        JsonNode asked = JSON.readTree(exchange.getRequestBody().readAllBytes());
        String target = String.valueOf(exchange.getRequestHeaders().getFirst("X-Amz-Target"));
        String operation = target.substring(target.indexOf('.') + 1);
        String name = asked.path("SecretId").asString("");
        if (trouble.answers(operation, name, exchange)) {
            return;
        }
        if (operation.equals("ListSecrets")) {
            answer(exchange, 200, list(asked));
            return;
        }
        if (operation.equals("CreateSecret") || operation.equals("PutSecretValue")) {
            write(exchange, asked, operation.equals("CreateSecret"));
            return;
        }
        Held found = held.get(name);
        if (found == null) {
            answer(exchange, 400, Map.of("__type", "ResourceNotFoundException", "Message", "none"));
            return;
        }
        switch (operation) {
            case "GetSecretValue" -> {
                reads.incrementAndGet();
                answer(
                        exchange,
                        200,
                        Map.of(
                                "Name",
                                name,
                                "VersionId",
                                found.version(),
                                "CreatedDate",
                                seconds(found.changedAt()),
                                "VersionStages",
                                List.of("AWSCURRENT"),
                                "SecretString",
                                found.value()));
            }
            case "DescribeSecret" ->
                answer(
                        exchange,
                        200,
                        Map.of(
                                "Name",
                                name,
                                "Description",
                                found.description(),
                                "CreatedDate",
                                seconds(found.changedAt()),
                                "LastChangedDate",
                                seconds(found.changedAt())));
            case "ListSecretVersionIds" ->
                answer(
                        exchange,
                        200,
                        Map.of(
                                "Name",
                                name,
                                "Versions",
                                List.of(Map.of(
                                        "VersionId",
                                        found.version(),
                                        "CreatedDate",
                                        seconds(found.changedAt()),
                                        "VersionStages",
                                        List.of("AWSCURRENT")))));
            default -> answer(exchange, 400, Map.of("__type", "InvalidRequestException", "Message", operation));
        }
    }

    private void write(HttpExchange exchange, JsonNode asked, boolean created) throws IOException {
        String name = asked.path(created ? "Name" : "SecretId").asString();
        String value = asked.path("SecretString").asString();
        if (value.length() > 65_536) {
            answer(exchange, 400, Map.of("__type", "InvalidParameterException", "Message", "too long"));
        } else if (held.containsKey(name) == created) {
            String type = created ? "ResourceExistsException" : "ResourceNotFoundException";
            answer(exchange, 400, Map.of("__type", type, "Message", "not so"));
        } else {
            put(name, value);
            answer(exchange, 200, Map.of("Name", name, "VersionId", "v"));
        }
    }

    String value(String name) {
        return String.valueOf(held.get(name).value());
    }

    private Map<String, Object> list(JsonNode asked) {
        String prefix = asked.path("Filters").path(0).path("Values").path(0).asString("");
        String after = asked.path("NextToken").asString("");
        List<Map<String, Object>> page = new ArrayList<>();
        for (Map.Entry<String, Held> each : held.tailMap(prefix, true).entrySet()) {
            if (!each.getKey().startsWith(prefix)) {
                break;
            }
            if (each.getKey().compareTo(after) > 0) {
                page.add(Map.of(
                        "Name",
                        each.getKey(),
                        "LastChangedDate",
                        seconds(each.getValue().changedAt()),
                        "SecretVersionsToStages",
                        marked ? Map.of(each.getValue().version(), List.of("AWSCURRENT")) : Map.of()));
            }
            if (page.size() == PAGE) {
                break;
            }
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("SecretList", page);
        if (page.size() == PAGE) {
            answer.put("NextToken", page.getLast().get("Name"));
        }
        return answer;
    }

    private static double seconds(long millis) {
        return millis / 1000.0;
    }

    static void answer(HttpExchange exchange, int status, Map<String, Object> body) throws IOException {
        byte[] bytes = JSON.writeValueAsString(body).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private record Held(String version, String value, String description, long changedAt) {}

    /** What it does in place of serving. */
    @FunctionalInterface
    public interface Trouble {
        /** Whether it has answered. */
        boolean answers(String operation, String name, HttpExchange exchange) throws IOException;
    }
}
