package ai.scailabs.vault.server.slow;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Writers and readers that compete for the same few paths until they are told to stop, and write down what they are promised. */
final class Load implements AutoCloseable {
    static final int PATHS = 24;

    private static final int WRITERS = 8;
    private static final int READERS = 8;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final ExecutorService threads = Executors.newFixedThreadPool(WRITERS + READERS);
    private final AtomicInteger requests = new AtomicInteger();
    private final String baseUrl;
    private final String token;
    private final String folder;
    private final Promises promises;
    private final List<Future<?>> running = new ArrayList<>();
    private volatile boolean stopping;

    /**
     * @param folder the first segments of all paths, used by no other load
     * @param seed of the choices of all callers
     */
    Load(String baseUrl, String token, String folder, long seed, Promises promises) {
        this.baseUrl = baseUrl;
        this.token = token;
        this.folder = folder;
        this.promises = promises;
        for (int caller = 0; caller < WRITERS + READERS; caller++) {
            Random random = new Random(seed * 31 + caller);
            Consumer<Random> call = caller < WRITERS ? this::change : this::read;
            running.add(threads.submit(() -> {
                while (!stopping) {
                    call.accept(random);
                }
            }));
        }
    }

    /** Returns when every caller has had its last answer, or knows that it will get none. */
    void stop() throws InterruptedException, ExecutionException {
        stopping = true;
        for (Future<?> caller : running) {
            caller.get();
        }
    }

    int requests() {
        return requests.get();
    }

    private void change(Random random) {
        String path = path(random);
        int choice = random.nextInt(20);
        if (choice == 0) {
            acknowledge("DELETE", path, "", "", "delete");
        } else if (choice <= 2) {
            // Brings back what another caller has deleted; refused when nobody has.
            acknowledge("POST", path, ":restore", "", "restore");
        } else if (choice <= 4) {
            acknowledge("PATCH", path, ":metadata", "{\"tag\":\"" + random.nextInt() + "\"}", "metadata_update");
        } else {
            write(random, path);
        }
    }

    private void write(Random random, String path) {
        String requestId = newRequestId();
        String value = requestId + "-" + "x".repeat(random.nextInt(300));
        promises.attempted(path, value);
        JsonNode answer = send(
                requestId,
                "PUT",
                path,
                "{\"data\":{\"value\":\"" + value + "\"},\"options\":{\"max_versions\":1000}}",
                () -> {});
        if (answer != null) {
            promises.acknowledged(requestId, path, answer.path("version").asInt(), value);
        }
    }

    private void acknowledge(String method, String path, String suffix, String body, String action) {
        String requestId = newRequestId();
        if (send(requestId, method, path + suffix, body, () -> {}) != null) {
            promises.acknowledged(requestId, path, action);
        }
    }

    private void read(Random random) {
        String path = path(random);
        String requestId = newRequestId();
        JsonNode answer = send(requestId, "GET", path, "", () -> promises.revealing(requestId));
        if (answer != null) {
            String value = answer.path("data").path("value").asString("");
            if (!promises.wasAttempted(path, value)) {
                throw new IllegalStateException(path + " revealed what nobody has written there");
            }
        }
    }

    /** Null when the request was refused or the server went away. */
    private JsonNode send(String requestId, String method, String path, String body, Runnable atHead) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(baseUrl + "/v1/secrets/" + path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + token)
                .header("X-Request-ID", requestId);
        if (!body.isEmpty()) {
            request.header(
                    "Content-Type", method.equals("PATCH") ? "application/merge-patch+json" : "application/json");
        }
        BodyHandler<String> asText = head -> {
            if (head.statusCode() / 100 == 2) {
                atHead.run();
            }
            return BodySubscribers.ofString(StandardCharsets.UTF_8);
        };
        try {
            HttpRequest.BodyPublisher content =
                    body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
            HttpResponse<String> response =
                    http.send(request.method(method, content).build(), asText);
            requests.incrementAndGet();
            requireExpected(response);
            return response.statusCode() / 100 == 2 ? JSON.readTree(response.body()) : null;
        } catch (IOException gone) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** Refusals of competing callers, and of a server without its database; never anything else. */
    private static void requireExpected(HttpResponse<String> response) {
        switch (response.statusCode()) {
            case 200, 201, 404, 409, 503 -> {}
            default ->
                throw new IllegalStateException(
                        response.request().method() + " answered " + response.statusCode() + ": " + response.body());
        }
    }

    private String path(Random random) {
        return folder + "/secret-" + random.nextInt(PATHS);
    }

    private static String newRequestId() {
        return "req_kill" + Long.toHexString(ThreadLocalRandom.current().nextLong())
                + Long.toHexString(System.nanoTime());
    }

    @Override
    public void close() {
        stopping = true;
        threads.shutdownNow();
        http.shutdownNow();
    }
}
