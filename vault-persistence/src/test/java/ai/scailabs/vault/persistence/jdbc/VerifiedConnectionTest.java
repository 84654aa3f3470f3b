package ai.scailabs.vault.persistence.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.testkit.TestAuthority;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** To a PostgreSQL that speaks TLS with a certificate of an authority of its own. */
class VerifiedConnectionTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("database authority");

    @TempDir
    static Path folder;

    private static TestPostgres server;
    private static TestDatabase database;

    @BeforeAll
    static void start() throws IOException, SQLException {
        server = TestPostgres.privateInstance(folder.resolve("data"), false);
        database = server.database();
        show(AUTHORITY.server("database"));
        TestAuthority.write(folder.resolve("ours.crt"), AUTHORITY.certificate());
        TestAuthority.write(folder.resolve("other.crt"), new TestAuthority("another authority").certificate());
        for (String each : List.of("alter system set ssl = on", "select pg_reload_conf()")) {
            execute(each);
        }
    }

    /** From the next time that the server reads its configuration. */
    private static void show(TestAuthority.Issued own) throws IOException {
        Path key = TestAuthority.write(folder.resolve("data/server.key"), own.key());
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        TestAuthority.write(folder.resolve("data/server.crt"), own.certificate());
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void serverOfTheTrustedAuthority_isReachedEncrypted() throws SQLException {
        for (String mode : List.of("require", "verify-full", "verify-ca")) {
            assertThat(encrypted("localhost", "?sslmode=" + mode + "&sslrootcert=" + folder.resolve("ours.crt")))
                    .as(mode)
                    .isTrue();
        }
        assertThat(encrypted("localhost", "?sslmode=disable")).isFalse();
    }

    @Test
    void serverThatCannotBeVerified_isNotReached() {
        for (String mode : List.of("require", "verify-full", "verify-ca")) {
            assertRefused("localhost", "?sslmode=" + mode + "&sslrootcert=" + folder.resolve("other.crt"));
            // Trusted by no authority of the Java runtime.
            assertRefused("localhost", "?sslmode=" + mode);
        }
        // The certificate names localhost and 127.0.0.1 only.
        assertRefused("127.0.0.2", "?sslmode=require&sslrootcert=" + folder.resolve("ours.crt"));
    }

    @Test
    void serverWhoseCertificateHasExpired_isNotReached() throws Exception {
        show(AUTHORITY.expiredServer("database"));
        execute("select pg_reload_conf()");
        try {
            // The server reads its files a moment after it was told.
            long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (isReached() && System.nanoTime() < patience) {
                Thread.onSpinWait();
            }
            assertRefused("localhost", "?sslmode=require&sslrootcert=" + folder.resolve("ours.crt"));
            assertRefused("localhost", "?sslmode=verify-full&sslrootcert=" + folder.resolve("ours.crt"));
        } finally {
            show(AUTHORITY.server("database"));
            execute("select pg_reload_conf()");
        }
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!isReached() && System.nanoTime() < patience) {
            Thread.onSpinWait();
        }
        assertThat(isReached()).isTrue();
    }

    private static boolean isReached() {
        try {
            return encrypted("localhost", "?sslmode=verify-full&sslrootcert=" + folder.resolve("ours.crt"));
        } catch (SQLException refused) {
            return false;
        }
    }

    private static void assertRefused(String host, String query) {
        assertThatThrownBy(() -> encrypted(host, query)).as(host + query).isInstanceOf(SQLException.class);
    }

    private static boolean encrypted(String host, String query) throws SQLException {
        DatabaseLogin login = DatabaseLogin.parse(database.app().url().replace("127.0.0.1", host) + query)
                .orElseThrow();
        // Without a pool, which would try again for seconds.
        try (Connection connection = DriverManager.getConnection(login.jdbcUrl(), login.user(), login.password());
                Statement statement = connection.createStatement();
                ResultSet results =
                        statement.executeQuery("select ssl from pg_stat_ssl where pid = pg_backend_pid()")) {
            results.next();
            return results.getBoolean(1);
        }
    }
}
