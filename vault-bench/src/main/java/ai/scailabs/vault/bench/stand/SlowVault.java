package ai.scailabs.vault.bench.stand;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** As much of AWS Secrets Manager as the service speaks, on loopback: every secret is there, and its value comes late. And those who keep asking for one. */
public final class SlowVault implements AutoCloseable {
    private static final String NAME = "slow-vault";
    private static final Pattern ASKED = Pattern.compile("\"SecretId\":\"([^\"]+)\"");

    private final HttpServer server;
    private final Duration late;
    private final ApiCaller administrator;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * A backend of the caller's tenant from here on.
     *
     * @param administrator may do everything in its tenant; closed with this
     * @param late how long a value takes
     */
    SlowVault(ApiCaller administrator, Duration late) {
        this.administrator = administrator;
        this.late = late;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
        administrator.send(
                "PUT",
                "/v1/secrets/ops/slow-vault",
                "{\"data\":{\"access_key_id\":\"AKIDEXAMPLE\",\"secret_access_key\":\"not-a-secret-outside-benchmarks\"}}");
        administrator.send(
                "POST",
                "/v1/federation/backends",
                "{\"name\":\"" + NAME
                        + "\",\"type\":\"aws-secrets-manager\",\"mode\":\"proxy\",\"path_mapping\":{\"slow/*\":\"slow/*\"},"
                        + "\"config\":{\"region\":\"eu-central-1\",\"credentials_path\":\"ops/slow-vault\",\"endpoint\":\"http://127.0.0.1:"
                        + server.getAddress().getPort() + "\"}}");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Matcher asked = ASKED.matcher(request);
            String answer = "{\"SecretList\":[]}";
            if (asked.find()) {
                Thread.sleep(late);
                answer = "{\"Name\":\"" + asked.group(1)
                        + "\",\"VersionId\":\"00000000-0000-4000-8000-000000000001\",\"CreatedDate\":1764000000,"
                        + "\"VersionStages\":[\"AWSCURRENT\"],\"SecretString\":\"late\"}";
            }
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.1");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** So many who ask for a secret each, and again when it came. */
    public Asking ask(int callers) {
        return new Asking(administrator, callers);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        administrator.close();
    }

    /** Until it is closed, which waits for the last answers. */
    public static final class Asking implements AutoCloseable {
        private final AtomicBoolean ended = new AtomicBoolean();
        private final AtomicLong answers = new AtomicLong();
        private final List<Thread> callers = new ArrayList<>();

        private Asking(ApiCaller api, int count) {
            for (int caller = 0; caller < count; caller++) {
                String path = "/v1/secrets/slow/s" + caller;
                callers.add(Thread.ofVirtual().start(() -> {
                    while (!ended.get()) {
                        api.send("GET", path, "");
                        answers.incrementAndGet();
                    }
                }));
            }
        }

        public long answers() {
            return answers.get();
        }

        @Override
        public void close() {
            ended.set(true);
            try {
                for (Thread caller : callers) {
                    caller.join();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
