package ai.scailabs.vault.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A real redis-server on loopback that keeps nothing on disk, with a password and, if wanted, TLS only. It may be killed, halted and started again on the
 * same port, and ends with {@link #close()} or with the JVM.
 */
public final class TestRedis implements AutoCloseable {
    /** For percent-encoding to matter. */
    public static final String PASSWORD = "not-a-secret/outside tests";

    public static final String ADMIN = "not-a-secret-outside-tests";

    private static final String PASSWORD_IN_URL = "not-a-secret%2Foutside%20tests";
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Path folder;
    private final @Nullable TestCertificate certificate;
    private final int port;
    private final @Nullable Path users;
    private final Thread end;
    private @Nullable Process process;

    private TestRedis(Path folder, @Nullable TestCertificate certificate, boolean keepsUsers) throws IOException {
        this.folder = folder;
        this.certificate = certificate;
        this.port = freePort();
        this.users = keepsUsers
                ? Files.writeString(folder.resolve("users.acl"), "user default on ~* &* +@all >" + ADMIN + "\n")
                : null;
        this.end = new Thread(this::kill9, "test-redis-end");
        Runtime.getRuntime().addShutdownHook(end);
    }

    /** Without TLS. */
    public static TestRedis start() {
        return start(null);
    }

    /** @param certificate what it shows to callers, over TLS only; absent: without TLS */
    public static TestRedis start(@Nullable TestCertificate certificate) {
        return start(certificate, false);
    }

    /** Without TLS, and with a file in which users outlive the server; the password is {@link #ADMIN}, as such a file takes none with spaces. */
    public static TestRedis startWithUsersFile() {
        return start(null, true);
    }

    private static TestRedis start(@Nullable TestCertificate certificate, boolean keepsUsers) {
        try {
            Path folder = Files.createTempDirectory("scaivault-test-redis");
            TestRedis redis = new TestRedis(folder, certificate, keepsUsers);
            redis.restart();
            return redis;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With the password. */
    public String url() {
        return url(PASSWORD_IN_URL);
    }

    public String url(String password) {
        return (certificate == null ? "redis" : "rediss") + "://:" + password + "@127.0.0.1:" + port + "/0";
    }

    public int port() {
        return port;
    }

    /** Starts it, empty, ending it first when it runs; returns when it listens. */
    public synchronized void restart() {
        kill9();
        try {
            Path log = folder.resolve("redis.log");
            process = new ProcessBuilder(command())
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            awaitListening(process, log);
        } catch (IOException missing) {
            throw new UncheckedIOException(
                    "redis-server does not start: bin/peers installs it (Debian: sudo apt-get install redis-server)",
                    missing);
        }
    }

    private List<String> command() {
        List<String> command = new ArrayList<>(List.of("redis-server", "--bind", "127.0.0.1", "--save", ""));
        command.addAll(List.of("--appendonly", "no", "--dir", folder.toString()));
        command.addAll(users == null ? List.of("--requirepass", PASSWORD) : List.of("--aclfile", users.toString()));
        if (certificate == null) {
            command.addAll(List.of("--port", String.valueOf(port)));
        } else {
            command.addAll(List.of("--port", "0", "--tls-port", String.valueOf(port)));
            command.addAll(
                    List.of("--tls-cert-file", certificate.certificateFile().toString()));
            command.addAll(List.of("--tls-key-file", certificate.keyFile().toString()));
            command.addAll(
                    List.of("--tls-ca-cert-file", certificate.certificateFile().toString()));
            command.addAll(List.of("--tls-auth-clients", "no"));
        }
        return command;
    }

    private void awaitListening(Process started, Path log) throws IOException {
        long patience = System.nanoTime() + PATIENCE_NANOS;
        while (!listens()) {
            if (!started.isAlive() || System.nanoTime() > patience) {
                throw new IllegalStateException("redis-server did not start:\n" + Files.readString(log));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Ends it as a crash does; what it held is gone. */
    public synchronized void kill9() {
        Process running = process;
        process = null;
        if (running != null) {
            running.destroyForcibly();
            try {
                running.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Lets it take connections and answer nothing. */
    public void halt() {
        Signals.halt(running());
    }

    /** After {@link #halt()}. */
    public void resume() {
        Signals.resume(running());
    }

    private synchronized ProcessHandle running() {
        if (process == null) {
            throw new IllegalStateException("redis-server does not run");
        }
        return process.toHandle();
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(end);
        kill9();
        DeletedFolder.delete(folder);
    }

    /** Below the range from which the system takes ports for outgoing connections, so that it is still free after a restart. */
    private static int freePort() {
        for (int attempt = 0; attempt < 100; attempt++) {
            int candidate = 20_000 + RANDOM.nextInt(12_000);
            try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                continue;
            }
        }
        throw new IllegalStateException("found no free port on loopback");
    }
}
