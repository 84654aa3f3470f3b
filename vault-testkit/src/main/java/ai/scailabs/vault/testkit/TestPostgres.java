package ai.scailabs.vault.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL with the roles of {@code db/roles.sql}. One is shared by all tests of a JVM, starts when the first test asks and ends with the JVM; it
 * gives up durability for speed. A test that kills or stops its server takes a {@linkplain #privateInstance private one}.
 *
 * <p>Works as root (which PostgreSQL itself refuses) where user namespaces are allowed, and as any user. Thread-safe.
 */
public final class TestPostgres implements AutoCloseable {
    static final String PASSWORD = "not-a-secret-outside-tests";

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static final Object SHARED_LOCK = new Object();
    private static @Nullable TestPostgres shared;
    private static @Nullable String migratedTemplate;

    private final Path dataDirectory;
    private final boolean durable;
    private final int port;
    private @Nullable EmbeddedPostgres server;

    private TestPostgres(Path dataDirectory, boolean durable) {
        this.dataDirectory = dataDirectory;
        this.durable = durable;
        this.port = freePort();
    }

    /** A new empty database on the server that all tests of this JVM share. */
    public static TestDatabase freshDatabase() {
        return shared().database();
    }

    /**
     * A new database on the shared server, already migrated. The first caller's migrator runs (as the owner) and its outcome is copied for every later
     * caller of this JVM, in some 50 ms: all of them must mean the same migrations.
     */
    public static TestDatabase migratedDatabase(Consumer<DataSource> migrate) {
        TestPostgres server = shared();
        synchronized (SHARED_LOCK) {
            if (migratedTemplate == null) {
                TestDatabase template = server.database();
                migrate.accept(template.owner().dataSource());
                migratedTemplate = template.name();
            }
            return server.createDatabase(migratedTemplate);
        }
    }

    /**
     * A server of its own that the test may stop, kill and restart; call {@link #close()} at the end. A later instance on the same folder finds the data.
     *
     * @param durable false gives up fsync, which makes the server faster and {@link #kill9()} still safe (the operating system lives on)
     */
    public static TestPostgres privateInstance(Path dataDirectory, boolean durable) {
        TestPostgres instance = new TestPostgres(dataDirectory, durable);
        instance.start();
        return instance;
    }

    private static TestPostgres shared() {
        synchronized (SHARED_LOCK) {
            if (shared == null) {
                try {
                    shared = privateInstance(Files.createTempDirectory("scaivault-test-postgres"), false);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                TestPostgres started = shared;
                Runtime.getRuntime().addShutdownHook(new Thread(started::discard, "test-postgres-end"));
            }
            return shared;
        }
    }

    /** A new empty database on this server. */
    public TestDatabase database() {
        return createDatabase(null);
    }

    public int port() {
        return port;
    }

    /** The process id of the postmaster; fails when it does not run. */
    public synchronized long pid() {
        try {
            return Long.parseLong(
                    Files.readAllLines(dataDirectory.resolve("postmaster.pid")).getFirst());
        } catch (IOException e) {
            throw new IllegalStateException("PostgreSQL does not run on " + dataDirectory, e);
        }
    }

    /** Ends the server as an orderly shutdown does; connections are closed. */
    public synchronized void stop() {
        EmbeddedPostgres running = server;
        server = null;
        if (running != null) {
            try {
                running.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Ends the server as a crash does: SIGKILL to the postmaster, upon which its processes give up. Returns when none is left. */
    public synchronized void kill9() {
        kill9(false);
    }

    /** As {@link #kill9()}, but SIGKILL to every process: what the end of a machine does, but for the operating system's cache. */
    public synchronized void kill9All() {
        kill9(true);
    }

    private void kill9(boolean all) {
        ProcessHandle postmaster = ProcessHandle.of(pid()).orElseThrow();
        // One that goes on would start further processes meanwhile, which outlive it for a moment and keep the next
        // from starting.
        Signals.halt(postmaster);
        List<ProcessHandle> backends = postmaster.descendants().toList();
        if (all) {
            backends.forEach(ProcessHandle::destroyForcibly);
        }
        postmaster.destroyForcibly();
        awaitEnd(postmaster);
        backends.forEach(TestPostgres::awaitEnd);
        stop();
    }

    /** Starts the server again on the same port and data, ending it first when it runs. */
    public synchronized void restart() {
        stop();
        start();
    }

    /** Ends the server; the data stay. */
    @Override
    public void close() {
        stop();
    }

    private void discard() {
        stop();
        DeletedFolder.delete(dataDirectory);
    }

    private synchronized void start() {
        boolean firstStart = !Files.exists(dataDirectory.resolve("PG_VERSION"));
        String onOff = durable ? "on" : "off";
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(binaries().toFile())
                .setDataDirectory(dataDirectory)
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(true)
                .setPGStartupWait(Duration.ofSeconds(60))
                .setPort(port)
                .setConnectConfig("password", PASSWORD)
                .setLocaleConfig("locale", "C.UTF-8")
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("unix_socket_directories", "")
                .setServerConfig("max_connections", "100")
                .setServerConfig("fsync", onOff)
                .setServerConfig("full_page_writes", onOff)
                .setServerConfig("synchronous_commit", onOff)
                // A login of tests need not be slow to guess.
                .setServerConfig("scram_iterations", "64");
        try {
            server = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not start on " + dataDirectory, e);
        }
        if (firstStart) {
            prepareCluster();
        }
    }

    /** initdb lets every local user in without a password: sets passwords and demands them from now on. */
    private void prepareCluster() {
        execute("postgres", RepositoryFiles.read("db/roles.sql"));
        for (String role : List.of("postgres", "scaivault_owner", "scaivault_app", "scaivault_worker")) {
            execute("postgres", "alter role " + role + " password '" + PASSWORD + "'");
        }
        try {
            Files.writeString(
                    dataDirectory.resolve("pg_hba.conf"), "host all,replication all 127.0.0.1/32 scram-sha-256\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        execute("postgres", "select pg_reload_conf()");
    }

    private TestDatabase createDatabase(@Nullable String template) {
        return createDatabase(port, template);
    }

    static TestDatabase createDatabase(int port, @Nullable String template) {
        String name = "test_" + DATABASES.incrementAndGet() + "_" + Integer.toHexString(RANDOM.nextInt() & 0xfffff);
        execute(
                port,
                "postgres",
                "create database " + name + " owner scaivault_owner"
                        + (template == null ? "" : " template " + template));
        execute(port, name, RepositoryFiles.read("db/roles.sql"));
        return TestDatabase.on(port, name);
    }

    private void execute(String database, String sql) {
        execute(port, database, sql);
    }

    static void execute(int port, String database, String sql) {
        DatabaseLogin superuser = new DatabaseLogin(port, database, "postgres", PASSWORD);
        try (Connection connection = superuser.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("PostgreSQL refused: " + e.getMessage(), e);
        }
    }

    /** A folder of the user's own: another user's folder under /tmp could not be written, and should not be trusted. */
    private static Path binaries() {
        return Path.of(System.getProperty("user.home"), ".cache", "scaivault", "postgres-tests");
    }

    /** The folder of {@code initdb} and the others, of the version that all tests run on. */
    static Path programs() {
        shared();
        try (Stream<Path> unpacked = Files.list(binaries())) {
            return unpacked.map(version -> version.resolve("bin"))
                    .filter(folder -> Files.isExecutable(folder.resolve("initdb")))
                    .max(Comparator.comparing(TestPostgres::changedAt))
                    .orElseThrow(() -> new IllegalStateException("no PostgreSQL is unpacked in " + binaries()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileTime changedAt(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitEnd(ProcessHandle process) {
        try {
            process.onExit().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("process " + process.pid() + " did not end", e);
        }
    }

    /** Below the range from which the system takes ports for outgoing connections, so that it is still free after a restart. */
    static int freePort() {
        for (int attempt = 0; attempt < 100; attempt++) {
            int candidate = 20_000 + RANDOM.nextInt(12_000);
            try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // taken: another candidate
            }
        }
        throw new IllegalStateException("found no free port on loopback");
    }
}
