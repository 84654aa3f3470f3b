package ai.scailabs.vault.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * swtpm, the TPM 2.0 in software, on a Unix socket, with keys that tpm2-tools make. It serves one connection at a time: what calls the tools here waits while somebody else is connected. It may be
 * stopped, killed, halted and started again with what it holds, and ends with {@link #close()} or with the JVM.
 */
public final class TestSwtpm implements AutoCloseable {
    /** Of every key, and of no more than a hash has. */
    public static final String AUTH_VALUE = "not-a-secret-outside-tests";

    /** Of a key that serves, and whose wrong auth values are not counted. */
    public static final String ATTRIBUTES = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign|noda";

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Path folder;
    private final Thread end;
    private @Nullable Process process;

    private TestSwtpm(Path folder) {
        this.folder = folder;
        this.end = new Thread(this::kill9, "test-swtpm-end");
        Runtime.getRuntime().addShutdownHook(end);
    }

    /** A new TPM, without keys. */
    public static TestSwtpm start() {
        try {
            TestSwtpm tpm = new TestSwtpm(Files.createTempDirectory("swtpm"));
            Files.createDirectory(tpm.folder.resolve("state"));
            tpm.restart();
            return tpm;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path socket() {
        return folder.resolve("tpm");
    }

    /** A file in the folder that holds {@link #AUTH_VALUE}. */
    public static Path authFile(Path folder) {
        try {
            return Files.writeString(folder.resolve("auth"), AUTH_VALUE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes an HMAC key as it should be, which lies at the handle from then on. */
    public TestSwtpm key(String handle) {
        return key(handle, "hmac", ATTRIBUTES);
    }

    /**
     * Makes a key of any kind.
     *
     * @param kind as tpm2_create takes it
     * @param more options of tpm2_create
     */
    public TestSwtpm key(String handle, String kind, String attributes, String... more) {
        List<String> create =
                new ArrayList<>(List.of("tpm2_create", "-Q", "-C", "primary", "-g", "sha256", "-G", kind));
        create.addAll(List.of("-a", attributes, "-p", AUTH_VALUE, "-u", "public", "-r", "private"));
        create.addAll(List.of(more));
        return primary().tool(create.toArray(String[]::new)).persist(handle);
    }

    /** The parent of what {@link #persist} loads: a file {@code primary} in the tools' folder. */
    public TestSwtpm primary() {
        tool("tpm2_createprimary", "-Q", "-C", "o", "-g", "sha256", "-G", "ecc", "-c", "primary");
        return tool("tpm2_flushcontext", "-t");
    }

    /** Puts the key in the files {@code public} and {@code private} at the handle. */
    public TestSwtpm persist(String handle) {
        tool("tpm2_flushcontext", "-t");
        tool("tpm2_load", "-Q", "-C", "primary", "-u", "public", "-r", "private", "-c", "key");
        tool("tpm2_evictcontrol", "-Q", "-C", "o", "-c", "key", handle);
        return tool("tpm2_flushcontext", "-t");
    }

    public TestSwtpm remove(String handle) {
        return tool("tpm2_evictcontrol", "-Q", "-C", "o", "-c", handle);
    }

    /** How many wrong auth values count at the moment. */
    public int failures() {
        return variable("TPM2_PT_LOCKOUT_COUNTER");
    }

    /** How many sessions hold a place. */
    public int sessions() {
        return variable("TPM2_PT_HR_LOADED");
    }

    private int variable(String name) {
        Matcher value = Pattern.compile(name + ": 0x(\\p{XDigit}+)").matcher(run("tpm2_getcap", "properties-variable"));
        if (!value.find()) {
            throw new IllegalStateException("the TPM does not tell " + name);
        }
        return Integer.parseInt(value.group(1), 16);
    }

    /** Runs one of tpm2-tools in a folder of this TPM's own. */
    public TestSwtpm tool(String... command) {
        run(command);
        return this;
    }

    /** What it printed. */
    public String run(String... command) {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(Map.of("TPM2TOOLS_TCTI", "swtpm:path=" + socket(), "TSS2_LOG", "all+none"));
        try {
            Process tool = builder.start();
            String output = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (tool.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + " failed: " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(command[0] + " cannot be run: bin/peers installs it", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public Path folder() {
        return folder;
    }

    /** A character device that leads to this TPM until it is closed. */
    public Device device() {
        try (InputStream script = TestSwtpm.class.getResourceAsStream("tpm-device.py")) {
            if (script == null) {
                throw new IllegalStateException("tpm-device.py is not in the jar");
            }
            Path file = folder.resolve("tpm-device.py");
            Files.write(file, script.readAllBytes());
            Process carrier = new ProcessBuilder("python3", file.toString(), socket().toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String path = carrier.inputReader(StandardCharsets.UTF_8).readLine();
            if (path == null) {
                throw new IllegalStateException("no device leads to the TPM");
            }
            return new Device(Path.of(path), carrier);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it, as after a loss of power when it runs; returns when it listens. */
    public synchronized void restart() {
        kill9();
        try {
            Files.deleteIfExists(socket());
            Path log = folder.resolve("swtpm.log");
            process = new ProcessBuilder(command())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            awaitListening(process, log);
        } catch (IOException missing) {
            throw new UncheckedIOException(
                    "swtpm does not start: bin/peers installs it (Debian: sudo apt-get install swtpm)", missing);
        }
    }

    private List<String> command() {
        return List.of(
                "swtpm",
                "socket",
                "--tpm2",
                "--tpmstate",
                "dir=" + folder.resolve("state"),
                "--server",
                "type=unixio,path=" + socket(),
                "--ctrl",
                "type=unixio,path=" + socket() + ".ctrl",
                "--flags",
                "not-need-init,startup-clear");
    }

    private void awaitListening(Process started, Path log) throws IOException {
        long patience = System.nanoTime() + PATIENCE_NANOS;
        while (!listens()) {
            if (!started.isAlive() || System.nanoTime() > patience) {
                throw new IllegalStateException("swtpm did not start:\n" + Files.readString(log));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private boolean listens() {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket()));
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Exchanges what is in the two, as if one computer had got the other's TPM; both run afterwards. */
    public static void exchange(TestSwtpm one, TestSwtpm other) {
        one.kill9();
        other.kill9();
        Path drawer = one.folder.resolve("drawer");
        try {
            Files.move(one.folder.resolve("state"), drawer);
            Files.move(other.folder.resolve("state"), one.folder.resolve("state"));
            Files.move(drawer, other.folder.resolve("state"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        one.restart();
        other.restart();
    }

    /** Ends it in order. */
    public synchronized void stop() {
        ended(Process::destroy);
    }

    /** Ends it as a loss of power does. */
    public synchronized void kill9() {
        ended(Process::destroyForcibly);
    }

    private void ended(Consumer<Process> way) {
        Process running = process;
        process = null;
        if (running != null) {
            way.accept(running);
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
            throw new IllegalStateException("swtpm does not run");
        }
        return process.toHandle();
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(end);
        kill9();
        DeletedFolder.delete(folder);
    }

    /** A character device. */
    public record Device(Path path, Process carrier) implements AutoCloseable {
        @Override
        public void close() {
            carrier.destroyForcibly();
        }
    }
}
