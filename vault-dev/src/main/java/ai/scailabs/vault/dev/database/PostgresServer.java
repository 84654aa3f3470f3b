package ai.scailabs.vault.dev.database;

import ai.scailabs.vault.dev.folder.Credentials;
import ai.scailabs.vault.dev.folder.PrivateFile;
import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One PostgreSQL on one data directory, as a child process. Durable: what it acknowledged survives {@code kill -9} and power loss. Not thread-safe.
 *
 * <p>As root it runs in a user namespace, because PostgreSQL refuses to run as root.
 */
public final class PostgresServer {
    static final String SUPERUSER = "postgres";
    static final String SUPERUSER_PASSWORD = "postgres.superuser";
    private static final Duration LONGEST_START = Duration.ofMinutes(2);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(30);
    private static final Duration FIRST_FAILURES = Duration.ofSeconds(15);

    private final PostgresBinaries binaries;
    private final Path data;
    private final Path log;
    private final int port;

    /**
     * @param data its data directory, which need not exist
     * @param log gets what it has to say
     * @param port on loopback
     */
    public PostgresServer(PostgresBinaries binaries, Path data, Path log, int port) {
        this.binaries = binaries;
        this.data = data.toAbsolutePath();
        this.log = log;
        this.port = port;
    }

    public int port() {
        return port;
    }

    /** Makes the data directory unless it is there. A crash on the way leaves nothing that looks like one. */
    public void initialise(Credentials credentials) throws IOException, InterruptedException {
        if (Files.exists(data.resolve("PG_VERSION"))) {
            return;
        }
        Path fresh = Files.createTempDirectory(data.getParent(), data.getFileName() + ".new");
        Path password = data.resolveSibling("postgres.password");
        PrivateFile.write(password, credentials.password(SUPERUSER_PASSWORD) + "\n");
        try {
            // Passwords from the first moment on: there is never a server that lets local users in without one.
            Process initdb = command(
                            "initdb",
                            "--pgdata=" + fresh,
                            "--username=" + SUPERUSER,
                            "--pwfile=" + password,
                            "--auth=scram-sha-256",
                            "--encoding=UTF8",
                            "--locale=C.UTF-8")
                    .start();
            if (initdb.waitFor() != 0) {
                throw new IOException("PostgreSQL could not make its data directory: see " + log + rootHint());
            }
        } finally {
            Files.deleteIfExists(password);
        }
        Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Starts it and returns when it takes connections.
     *
     * @throws IOException when it ends instead, or is not ready after two minutes
     */
    public Process start() throws IOException, InterruptedException {
        long begun = System.nanoTime();
        while (true) {
            Process process = launch();
            if (awaitReady(process)) {
                return process;
            }
            // After a kill -9 the dying backends still hold its shared memory for a moment.
            if (Duration.ofNanos(System.nanoTime() - begun).compareTo(FIRST_FAILURES) > 0) {
                throw new IOException("PostgreSQL did not start: see " + log + rootHint());
            }
        }
    }

    /** Fast shutdown: ends the connections, writes a checkpoint. Kills it when that takes more than 30 seconds, which loses nothing. */
    public static void stop(ProcessHandle server) throws IOException, InterruptedException {
        // SIGINT, which Java cannot send, is the fast shutdown; SIGTERM would wait for the clients.
        new ProcessBuilder("kill", "-INT", Long.toString(server.pid())).start().waitFor();
        try {
            server.onExit().get(LONGEST_STOP.toSeconds(), TimeUnit.SECONDS);
        } catch (java.util.concurrent.TimeoutException | java.util.concurrent.ExecutionException e) {
            server.destroyForcibly();
        }
    }

    /** The server that runs on a data directory, whoever started it. */
    public static Optional<ProcessHandle> runningOn(Path data) throws IOException {
        Path file = data.resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(file);
        return lines.isEmpty()
                ? Optional.empty()
                : ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
                        // The number may belong to another process by now.
                        .filter(process -> process.info()
                                .commandLine()
                                .orElse("")
                                .contains(data.toAbsolutePath().toString()));
    }

    private Process launch() throws IOException {
        Files.deleteIfExists(data.resolve("postmaster.opts"));
        return command(
                        "postgres",
                        "-D",
                        data.toString(),
                        "-p",
                        Integer.toString(port),
                        "-c",
                        "listen_addresses=127.0.0.1",
                        "-c",
                        "unix_socket_directories=",
                        "-c",
                        "fsync=on",
                        "-c",
                        "synchronous_commit=on",
                        "-c",
                        "full_page_writes=on",
                        "-c",
                        "max_connections=100",
                        "-c",
                        "timezone=UTC",
                        "-c",
                        "log_timezone=UTC")
                .start();
    }

    /** Its last line says "ready" when it takes connections, which is also what pg_ctl waits for. */
    private boolean awaitReady(Process process) throws IOException, InterruptedException {
        Path file = data.resolve("postmaster.pid");
        String pid = Long.toString(process.pid());
        long deadline = System.nanoTime() + LONGEST_START.toNanos();
        while (System.nanoTime() < deadline) {
            if (process.waitFor(10, TimeUnit.MILLISECONDS)) {
                return false;
            }
            List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
            if (lines.size() >= 8
                    && lines.getFirst().strip().equals(pid)
                    && lines.get(7).strip().equals("ready")) {
                return true;
            }
        }
        process.destroyForcibly();
        throw new IOException("PostgreSQL was not ready after " + LONGEST_START.toSeconds() + " s: see " + log);
    }

    private ProcessBuilder command(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("unshare", "--user"));
        }
        command.add(binaries.program(program).toString());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    }

    private static boolean isRoot() {
        return new UnixSystem().getUid() == 0;
    }

    private static String rootHint() {
        return isRoot() ? " (as root it needs user namespaces; where they are forbidden, use another user)" : "";
    }
}
