package ai.scailabs.vault.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A real Keycloak on loopback that keeps nothing, for the slow set: an OpenID Connect provider of other people's making. Its first start in an installation takes a minute, as it
 * builds itself; ends with {@link #close()} or with the JVM.
 *
 * <pre>{@code
 * KeycloakRealm realm = keycloak.realm("acme");
 * realm.client("mailer", List.of("secrets:read"), Map.of("tenant_id", "tnt_acme"), "scaivault");
 * String jwt = realm.token("mailer");
 * }</pre>
 */
public final class TestKeycloak implements AutoCloseable {
    static final String ADMIN = "admin";
    static final String PASSWORD = "not-a-secret-outside-tests-7c2d";

    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(8);

    private final Path log;
    private final int port;
    private final Process process;
    private final Thread end;

    private TestKeycloak(Path home, Path log) throws IOException {
        this.log = log;
        this.port = freePort();
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        home.resolve("bin/kc.sh").toString(),
                        "start-dev",
                        "--db=dev-mem",
                        "--http-host=127.0.0.1",
                        "--http-port=" + port))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        Map<String, String> environment = builder.environment();
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("JAVA_OPTS_APPEND", "-Xmx512m");
        environment.put("KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN);
        environment.put("KC_BOOTSTRAP_ADMIN_PASSWORD", PASSWORD);
        this.process = builder.start();
        this.end = new Thread(this::kill9, "test-keycloak-end");
        Runtime.getRuntime().addShutdownHook(end);
    }

    /** Returns when it answers. */
    public static TestKeycloak start() {
        Path home = RepositoryFiles.root().resolve(".peers/keycloak");
        if (!Files.isExecutable(home.resolve("bin/kc.sh"))) {
            throw new IllegalStateException("Keycloak is not there: bin/peers --all installs it");
        }
        try {
            TestKeycloak keycloak = new TestKeycloak(home, Files.createTempFile("scaivault-test-keycloak", ".log"));
            keycloak.awaitListening();
            return keycloak;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitListening() throws IOException {
        long patience = System.nanoTime() + PATIENCE_NANOS;
        while (!listens()) {
            if (!process.isAlive() || System.nanoTime() > patience) {
                kill9();
                throw new IllegalStateException("Keycloak did not start:\n" + Files.readString(log));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    /** It listens only once it serves. */
    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Makes a realm, with keys of its own. */
    public KeycloakRealm realm(String name) {
        return KeycloakRealm.create(new KeycloakAdmin("http://127.0.0.1:" + port), name);
    }

    private void kill9() {
        for (ProcessHandle child : process.descendants().toList()) {
            child.destroyForcibly();
        }
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(end);
        kill9();
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
