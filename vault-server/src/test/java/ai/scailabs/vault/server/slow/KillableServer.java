package ai.scailabs.vault.server.slow;

import ai.scailabs.vault.credentials.lease.LeaseStep;
import ai.scailabs.vault.credentials.rotation.RotationStep;
import ai.scailabs.vault.kms.local.LocalFileRootKey;
import ai.scailabs.vault.server.RunningServer;
import ai.scailabs.vault.server.VaultServer;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestIssuer;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The service as a process of its own, always on the same port. */
final class KillableServer implements AutoCloseable {
    private static final Duration LONGEST_START = Duration.ofSeconds(120);
    private static final int LAST_PORT = 18_400;
    private static final AtomicInteger GIVEN = new AtomicInteger(18_300);

    private static final List<DatagramSocket> HELD = new CopyOnWriteArrayList<>();

    private final Path log;
    private final Map<String, String> settings;
    private final int port;
    private final int heapMebibytes;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private @Nullable Process process;

    KillableServer(Path folder, TestDatabase database, TestIssuer issuer) {
        this(folder, database, issuer, 256);
    }

    KillableServer(Path folder, TestDatabase database, TestIssuer issuer, int heapMebibytes) {
        this(folder, database, issuer, heapMebibytes, true);
    }

    /** @param jobs whether it does what is done without a request; instances in one folder share a root key */
    KillableServer(Path folder, TestDatabase database, TestIssuer issuer, int heapMebibytes, boolean jobs) {
        this.heapMebibytes = heapMebibytes;
        LocalFileRootKey.openOrCreate(folder.resolve("root.key"), new SecureRandom());
        this.log = folder.resolve("server.log");
        this.port = freePort();
        this.settings = new HashMap<>(RunningServer.generousRateLimits());
        settings.putAll(Map.ofEntries(
                Map.entry("DATABASE_URL", database.app().url()),
                Map.entry("DATABASE_OWNER_URL", database.owner().url()),
                Map.entry("DATABASE_WORKER_URL", database.worker().url()),
                Map.entry("SCAIKEY_URL", issuer.issuer()),
                Map.entry("BIND_ADDRESS", "127.0.0.1:" + port),
                Map.entry("BASE_URL", "http://127.0.0.1:" + port),
                Map.entry("KMS_PROVIDER", "local"),
                Map.entry("KMS_LOCAL_KEY_FILE", folder.resolve("root.key").toString()),
                Map.entry("SCAIVAULT_DEV", "true"),
                Map.entry("LOG_FORMAT", "text")));
        if (!jobs) {
            settings.remove("DATABASE_WORKER_URL");
        }
    }

    int port() {
        return port;
    }

    /** Begins to start; {@link #awaitReady} tells when it serves. */
    void start() throws IOException {
        start(VaultServer.class.getName());
    }

    /** As {@link #start()}; it ends by itself as soon as it has come to the step. */
    void start(LeaseStep last) throws IOException {
        startUntil(last);
    }

    /** As {@link #start()}; it ends by itself as soon as it has come to the step. */
    void start(RotationStep last) throws IOException {
        startUntil(last);
    }

    private void startUntil(Enum<?> last) throws IOException {
        start(HaltingServer.class.getName(), "-D" + HaltingServer.AT + "=" + HaltingServer.name(last));
    }

    private void start(String main, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                // Every life is short: what the second compiler makes would come too late.
                "-XX:TieredStopAtLevel=1",
                "-Xmx" + heapMebibytes + "m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(List.of(options));
        command.add(main);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(settings);
        process = builder.start();
    }

    void awaitReady() throws IOException, InterruptedException {
        HttpRequest ready = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        long patience = System.nanoTime() + LONGEST_START.toNanos();
        while (!isReady(ready)) {
            if (process == null || !process.isAlive() || System.nanoTime() > patience) {
                throw new IllegalStateException("the server did not become ready:\n" + Files.readString(log));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private boolean isReady(HttpRequest ready) throws InterruptedException {
        try {
            return http.send(ready, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notListening) {
            return false;
        }
    }

    /** What it has written so far, over all its lives. */
    String log() throws IOException {
        return Files.readString(log);
    }

    /** Returns when it has ended by itself. */
    void awaitEnd() throws InterruptedException {
        if (process == null || !process.waitFor(LONGEST_START.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("the server goes on");
        }
        process = null;
    }

    /** SIGKILL; returns when it is gone. */
    void kill9() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly();
            process.waitFor();
            process = null;
        }
    }

    @Override
    public void close() throws InterruptedException {
        kill9();
        http.close();
    }

    /**
     * Below the range from which the system takes ports for outgoing connections, so that it is still free after a kill; and no other's, who might take it then: tests of another process see it held for datagrams,
     * which nobody sends, as long as this one runs.
     */
    private static int freePort() {
        for (int candidate = GIVEN.getAndIncrement(); candidate < LAST_PORT; candidate = GIVEN.getAndIncrement()) {
            try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
                HELD.add(new DatagramSocket(candidate, InetAddress.getLoopbackAddress()));
                return socket.getLocalPort();
            } catch (IOException taken) {
                continue;
            }
        }
        throw new IllegalStateException("found no free port on loopback");
    }
}
