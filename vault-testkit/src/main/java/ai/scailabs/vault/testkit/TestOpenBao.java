package ai.scailabs.vault.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real OpenBao on loopback over HTTP, for the slow set: unsealed, in memory, with Transit and AppRole mounted. Ends with {@link #close()} or with the JVM. */
public final class TestOpenBao implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final String TOKEN = "not-a-secret-outside-tests-51aa";

    private final int port;
    private final Process process;
    private final HttpClient http = HttpClient.newHttpClient();

    private TestOpenBao(int port, Process process) {
        this.port = port;
        this.process = process;
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "test-openbao-end"));
    }

    public static TestOpenBao start() {
        Path server = RepositoryFiles.root().resolve(".peers/openbao/bin/bao");
        if (!Files.isExecutable(server)) {
            throw new IllegalStateException("OpenBao is not there: bin/peers --all installs it");
        }
        try {
            int port = freePort();
            Process process = new ProcessBuilder(List.of(
                            server.toString(),
                            "server",
                            "-dev",
                            "-dev-no-store-token",
                            "-dev-root-token-id=" + TOKEN,
                            "-dev-listen-address=127.0.0.1:" + port))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            TestOpenBao bao = new TestOpenBao(port, process);
            bao.awaitServing();
            bao.post("sys/mounts/transit", "{\"type\":\"transit\"}");
            bao.post("sys/auth/approle", "{\"type\":\"approle\"}");
            return bao;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Of the one who may do everything. */
    public String rootToken() {
        return TOKEN;
    }

    /** As the one who may do everything; the body of the answer. */
    public String post(String path, String body) {
        return sent(
                request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build());
    }

    public String get(String path) {
        return sent(request(path).GET().build());
    }

    public void delete(String path) {
        sent(request(path).DELETE().build());
    }

    /** A member of an answer that is text. */
    public static String text(String json, String member) {
        Matcher found =
                Pattern.compile("\"" + member + "\"\\s*:\\s*\"([^\"]*)\"").matcher(json);
        if (!found.find()) {
            throw new IllegalStateException("there is no " + member);
        }
        return found.group(1);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(endpoint().resolve("/v1/" + path)).header("X-Vault-Token", TOKEN);
    }

    private String sent(HttpRequest request) {
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() >= 300) {
                throw new IllegalStateException("OpenBao answered " + request.uri() + ": " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void awaitServing() {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < PATIENCE_NANOS) {
            if (!process.isAlive()) {
                throw new IllegalStateException("OpenBao ended with " + process.exitValue());
            }
            try {
                get("sys/health");
                return;
            } catch (UncheckedIOException | IllegalStateException notYet) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
        throw new IllegalStateException("OpenBao did not start");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        http.close();
    }
}
