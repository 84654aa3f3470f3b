package ai.scailabs.vault.dev.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.dev.database.DevDatabase;
import ai.scailabs.vault.dev.database.PostgresBinaries;
import ai.scailabs.vault.dev.database.PostgresServer;
import ai.scailabs.vault.dev.folder.Credentials;
import ai.scailabs.vault.dev.folder.DataFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real PostgreSQL of {@code bin/run}, killed and found again. */
class DatabaseLifeTest {
    private static final Path ROLES = Path.of("../db/roles.sql");

    @TempDir
    private static Path temporary;

    private static DataFolder folder;
    private static PostgresServer server;
    private static DevDatabase database;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private Process process;

    @BeforeAll
    static void makeTheDatabase() throws Exception {
        folder = DataFolder.hold(temporary.resolve("data")).orElseThrow();
        Credentials credentials = Credentials.open(folder.file("credentials"), new SecureRandom());
        server = new PostgresServer(
                PostgresBinaries.unpack(CacheFolder.of(System.getenv(), folder)),
                folder.file(Orphans.POSTGRES),
                folder.file("postgres.log"),
                new LoopbackPorts(folder, new SecureRandom()).kept("postgres"));
        database = new DevDatabase(server, credentials);
        server.initialise(credentials);
    }

    @BeforeEach
    void start() throws Exception {
        process = server.start();
        database.prepare(Files.readString(ROLES));
        execute("drop table if exists kept; create table kept (value text)");
    }

    @AfterEach
    void end() throws Exception {
        orphans().end();
    }

    @AfterAll
    static void release() {
        folder.close();
    }

    @Test
    void killedDatabase_keepsWhatItAcknowledged() throws Exception {
        for (int i = 0; i < 20; i++) {
            execute("insert into kept values ('row " + i + "')");
        }
        process.destroyForcibly();
        process.waitFor(20, TimeUnit.SECONDS);

        process = server.start();

        assertThat(query("select count(*) from kept")).isEqualTo("20");
        assertThat(query("show fsync")).isEqualTo("on");
        assertThat(query("show synchronous_commit")).isEqualTo("on");
        assertThat(query("show full_page_writes")).isEqualTo("on");
    }

    @Test
    void preparedTwice_changesNothing() throws Exception {
        execute("insert into kept values ('once')");

        database.prepare(Files.readString(ROLES));

        assertThat(query("select value from kept")).isEqualTo("once");
    }

    @Test
    void login_needsItsPasswordFromTheFirstMoment() {
        assertThatThrownBy(() -> DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres", "postgres", "guessed"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("password authentication failed");
    }

    @Test
    void orphan_isFoundAndEnded() throws Exception {
        assertThat(orphans().end()).isTrue();

        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("PostgreSQL");
        assertThat(orphans().end()).isFalse();
        assertThat(Files.readString(folder.file("postgres.log"))).contains("database system is shut down");
    }

    @Test
    void strangerWithTheSameProcessId_isLeftAlone() throws Exception {
        orphans().end();
        long own = ProcessHandle.current().pid();
        Files.writeString(folder.file("server.pid"), own + "\n");
        Files.writeString(folder.file(Orphans.POSTGRES).resolve("postmaster.pid"), own + "\n");

        assertThat(orphans().end()).isFalse();

        Files.delete(folder.file(Orphans.POSTGRES).resolve("postmaster.pid"));
    }

    @Test
    void secondLauncher_doesNotGetTheFolder() throws IOException, InterruptedException {
        Process second = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "ai.scailabs.vault.dev.VaultDev",
                        "run",
                        "--data",
                        folder.path().toString(),
                        "--server",
                        "none.jar",
                        "--roles",
                        ROLES.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(second.waitFor()).isZero();
        assertThat(output).contains("starting already on this folder");
        assertThat(process.isAlive()).isTrue();
    }

    private Orphans orphans() {
        return new Orphans(folder.path(), new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    private void execute(String sql) throws IOException, SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String query(String sql) throws IOException, SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** By the URL that the server gets. */
    private Connection connect() throws IOException, SQLException {
        URI url = URI.create(database.url("owner"));
        String[] login = url.getUserInfo().split(":");
        return DriverManager.getConnection(
                "jdbc:postgresql://" + url.getAuthority().split("@")[1] + url.getPath(), login[0], login[1]);
    }
}
