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

/** A server that was started for a test, on a port of loopback, and ends with it. */
final class PeerProcess implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final String name;
    private final int port;
    private final Process process;
    private final Path folder;

    private PeerProcess(String name, int port, Process process, Path folder) {
        this.name = name;
        this.port = port;
        this.process = process;
        this.folder = folder;
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "test-" + name + "-end"));
    }

    /** What {@code bin/peers} installed. */
    static Path installed(String name, String path, String flag) {
        Path file = RepositoryFiles.root().resolve(".peers").resolve(path);
        if (!Files.exists(file)) {
            throw new IllegalStateException(name + " is missing: bin/peers" + flag + " installs it");
        }
        return file;
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of its own, for what it keeps until it ends. */
    static Path folder(String name) {
        try {
            return Files.createTempDirectory("scaivault-test-" + name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits until it listens on the port.
     *
     * @param folder where it runs, deleted after it
     */
    static PeerProcess start(
            String name, int port, List<String> command, Map<String, String> environment, Path folder) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD);
            builder.environment().putAll(environment);
            PeerProcess peer = new PeerProcess(name, port, builder.start(), folder);
            peer.awaitListening();
            return peer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    private void awaitListening() {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < PATIENCE_NANOS) {
            if (!process.isAlive()) {
                throw new IllegalStateException(name + " ended with " + process.exitValue());
            }
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (socket.isConnected()) {
                    return;
                }
            } catch (IOException notYet) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
        throw new IllegalStateException(name + " did not start");
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
        DeletedFolder.delete(folder);
    }
}
