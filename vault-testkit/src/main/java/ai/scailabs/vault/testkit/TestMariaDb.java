package ai.scailabs.vault.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A real MariaDB on loopback that gives up durability for speed and writes every statement into a log. With TLS, if wanted, for those who ask for it. */
public final class TestMariaDb implements AutoCloseable {
    /** Who may do everything, from anywhere. */
    public static final String ROOT = "vault-root";

    public static final String PASSWORD = "not-a-secret-outside-tests";

    private static final String MISSING =
            "MariaDB does not start: bin/peers installs it (Debian: sudo apt-get install --no-install-recommends mariadb-server)";
    /** The server refuses to be root, and becomes the user that its package made. */
    private static final String USER = "mysql";

    private final PeerProcess process;
    private final Path log;

    private TestMariaDb(PeerProcess process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Without TLS. */
    public static TestMariaDb start() {
        return start(null);
    }

    /** @param certificate what it shows to callers; absent: without TLS */
    public static TestMariaDb start(@Nullable TestCertificate certificate) {
        Path folder = PeerProcess.folder("mariadb");
        Path data = folder.resolve("data");
        Path log = data.resolve("statements.log");
        int port = PeerProcess.freePort();
        try {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            install(folder, data);
            Path first = Files.writeString(folder.resolve("first.sql"), """
                    drop user if exists ''@'localhost';
                    create user '%1$s'@'%%' identified by '%2$s';
                    grant all privileges on *.* to '%1$s'@'%%' with grant option;
                    """.formatted(ROOT, PASSWORD));
            List<String> command = new ArrayList<>(List.of(
                    "/usr/sbin/mariadbd",
                    "--no-defaults",
                    "--datadir=" + data,
                    "--port=" + port,
                    "--bind-address=127.0.0.1",
                    "--socket=" + data.resolve("server.sock"),
                    "--pid-file=" + data.resolve("server.pid"),
                    "--init-file=" + first,
                    "--skip-name-resolve",
                    "--skip-log-bin",
                    "--general-log=1",
                    "--general-log-file=" + log,
                    "--innodb-flush-log-at-trx-commit=0",
                    "--innodb-buffer-pool-size=32M"));
            command.addAll(asUser());
            if (certificate != null) {
                command.add("--ssl-cert=" + readable(folder, certificate.certificateFile()));
                command.add("--ssl-key=" + readable(folder, certificate.keyFile()));
            }
            return new TestMariaDb(PeerProcess.start("mariadb", port, command, Map.of(), folder), log);
        } catch (IOException missing) {
            throw new UncheckedIOException(MISSING, missing);
        }
    }

    private static void install(Path folder, Path data) throws IOException {
        Path said = folder.resolve("install.log");
        List<String> command = new ArrayList<>(List.of(
                "mariadb-install-db",
                "--no-defaults",
                "--datadir=" + data,
                "--auth-root-authentication-method=normal",
                "--skip-test-db"));
        command.addAll(asUser());
        try {
            int code = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("mariadb-install-db failed:\n" + Files.readString(said));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static List<String> asUser() {
        return "root".equals(System.getProperty("user.name")) ? List.of("--user=" + USER) : List.of();
    }

    /** A copy that the server's user may read. */
    private static Path readable(Path folder, Path file) throws IOException {
        Path copy = Files.copy(file, folder.resolve(file.getFileName()));
        return Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
    }

    public int port() {
        return process.port();
    }

    /** Every statement that was sent to it so far, but of those who switch that off. */
    public String statements() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
