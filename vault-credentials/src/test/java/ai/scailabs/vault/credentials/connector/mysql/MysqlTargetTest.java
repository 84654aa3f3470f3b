package ai.scailabs.vault.credentials.connector.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.credentials.connector.Account;
import ai.scailabs.vault.credentials.connector.AskingServer;
import ai.scailabs.vault.credentials.connector.Statements;
import ai.scailabs.vault.credentials.connector.Target;
import ai.scailabs.vault.credentials.connector.TargetConfig;
import ai.scailabs.vault.credentials.connector.TargetContract;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetType;
import ai.scailabs.vault.testkit.TestCertificate;
import ai.scailabs.vault.testkit.TestMariaDb;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against MariaDB; MySQL itself is tried nowhere. */
class MysqlTargetTest extends TargetContract {
    private static final List<String> CREATION = List.of(
            "CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}';", "GRANT SELECT ON app.one TO '{{name}}'@'%';");

    @TempDir
    static Path folder;

    private TestCertificate certificate;
    private TestMariaDb server;

    @BeforeAll
    void start() throws Exception {
        certificate = TestCertificate.create(Files.createDirectories(folder.resolve("tls")), "dns:localhost");
        server = TestMariaDb.start(certificate);
        asRoot("create database app", "create table app.one (id int)", "create table app.two (id int)");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private void asRoot(String... statements) throws SQLException {
        try (Connection connection = connection(root(), rootPassword());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private String asked(String sql) throws SQLException {
        try (Connection connection = connection(root(), rootPassword());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : "none";
        }
    }

    private Connection connection(String user, String password) throws SQLException {
        return DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + port() + "/", user, password);
    }

    @Override
    protected TargetType type() {
        return TargetType.MYSQL;
    }

    @Override
    protected int port() {
        return server.port();
    }

    @Override
    protected TargetConfig config(String host, int port) {
        return TargetConfig.parse(
                TargetType.MYSQL, "{{username}}:{{password}}@tcp(" + host + ":" + port + ")/", null, null, null, true);
    }

    @Override
    protected String root() {
        return TestMariaDb.ROOT;
    }

    @Override
    protected String rootPassword() {
        return TestMariaDb.PASSWORD;
    }

    @Override
    protected Statements role() {
        return parse(CREATION, List.of(), List.of());
    }

    private static Statements parse(List<String> creation, List<String> revocation, List<String> rollback) {
        return Statements.parse(TargetType.MYSQL, creation, List.of(), revocation, rollback);
    }

    @Override
    protected Statements halfWay() {
        return parse(
                List.of(
                        "create database {{name}}",
                        CREATION.getFirst(),
                        "grant select on app.one to '{{name}}'@'%'",
                        "grant select on absent.one to absent"),
                List.of(),
                List.of("drop database absent", "drop database `{{name}}`", "revoke all on app.* from '{{name}}'@'%'"));
    }

    @Override
    protected Session connect(String user, String password) throws SQLException {
        return new JdbcSession(connection(user, password));
    }

    /** A greeting of 64 KiB. */
    @Override
    protected byte[] beginning() {
        return new byte[] {0, 0, 1, 0, 10};
    }

    @Override
    protected List<String> strangeNames() {
        return List.of("a'b\";--", "a\\b\\", "a`b", "%", "${x} {{name}}", "n".repeat(32));
    }

    @Test
    void whatIsLeftHalfWay_isTakenAway_inWhateverItConsists() throws Exception {
        try (Target target = open()) {
            Account account = NAMES.next(type(), "r");
            assertThatThrownBy(() -> target.create(account, bytes(PASSWORD), inAnHour(), halfWay()))
                    .hasMessageContaining("creation_statements[3]");
            assertThat(target.exists(account)).isTrue();
            assertThat(databases(account)).isEqualTo("1");
            target.rollback(account, halfWay());
            assertThat(target.exists(account)).isFalse();
            assertThat(databases(account)).isEqualTo("0");
        }
    }

    private String databases(Account account) throws SQLException {
        return asked("select count(*) from information_schema.schemata where schema_name = '" + account.name() + "'");
    }

    @Test
    void serverThatReadsQuotesDifferently_isTakenAtItsWord() throws Exception {
        Statements role = parse(
                List.of(
                        "create user {{name}}@'%' identified by {{password}}",
                        "create database \"{{name}}\"", "insert into app.two values (if('\"' = '\"', 7, 8))"),
                List.of("drop database \"{{name}}\""),
                List.of());
        asRoot("set global sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'");
        try (Target target = open()) {
            Account account = created(target, role);
            target.verify(login(account.name(), PASSWORD));
            assertThat(databases(account)).isEqualTo("1");
            target.setPassword(account.name(), bytes("other\\"));
            target.verify(login(account.name(), "other\\"));
            target.revoke(account, role);
            assertThat(databases(account)).isEqualTo("0");
        } finally {
            asRoot("set global sql_mode = default");
        }
    }

    @Test
    void rootOfFewRights_makesAndTakesAway_withConnections() throws Exception {
        asRoot(
                "create user maker@'%' identified by 'x'",
                "grant create user, connection admin on *.* to maker@'%'",
                "grant select on mysql.user to maker@'%'",
                "grant select on app.one to maker@'%' with grant option");
        try (Target target = targets.open(config("127.0.0.1", port()), login("maker", "x"))) {
            Account account = created(target, role());
            try (Session session = connect(account.name(), PASSWORD)) {
                session.allowed();
                target.setPassword(account.name(), bytes("other"));
                target.revoke(account, role());
                assertThatThrownBy(session::allowed).isInstanceOf(SQLException.class);
            }
            assertThat(target.exists(account)).isFalse();
        }
    }

    @Test
    void nameThatTheDriverDoesNotQuote_isRefused() {
        Statements role = parse(List.of("create user {{name}} identified by {{password}}"), List.of(), List.of());
        try (Target target = open()) {
            assertThatThrownBy(() -> target.create(new Account("`powerless`"), bytes(PASSWORD), inAnHour(), role))
                    .hasMessageContaining("creation_statements[0]");
        }
    }

    @Test
    void accountOfSeveralHosts_isTakenAwayAtAll() throws Exception {
        Statements role = parse(
                List.of(CREATION.getFirst(), "create user '{{name}}'@'127.0.0.1' identified by '{{password}}'"),
                List.of(),
                List.of());
        try (Target target = open()) {
            Account account = created(target, role);
            target.setPassword(account.name(), bytes("other"));
            target.verify(login(account.name(), "other"));
            target.revoke(account, role);
            assertThat(target.exists(account)).isFalse();
        }
    }

    @Test
    void passwords_areNotInTheServersLogOfStatements() throws Exception {
        String password = "not-in-the-log-4711";
        try (Target target = open()) {
            Account account = NAMES.next(type(), "r");
            target.create(account, bytes(password), inAnHour(), role());
            target.setPassword(account.name(), bytes(password + "x"));
            target.revoke(account, role());
        }
        assertThat(server.statements()).contains("sql_log_off").doesNotContain(password);
    }

    /** In plain text it would be anybody's who is on the way. */
    @Test
    void serverThatAsksForThePasswordItself_isNotToldIt() throws Exception {
        byte[] change = packet(2, "\u00femysql_clear_password\0saltsaltsaltsaltsalt\0");
        try (AskingServer server = new AskingServer(false, greeting(), change);
                Target target = open(targets, config("127.0.0.1", server.port()))) {
            assertThatThrownBy(() -> target.exists(new Account("a"))).isInstanceOf(TargetException.class);
            assertThat(server.heard()).contains(root()).doesNotContain(rootPassword());
        }
    }

    @Test
    void serverThatAnnouncesMoreThanThereIsRoomFor_isCutOff() throws Exception {
        byte[] welcome = packet(2, "\0\0\0\2\0\0\0");
        byte[] columns = packet(1, "\u00fe\u00ff\u00ff\u00ff\u007f\0\0\0\0");
        try (AskingServer server = new AskingServer(false, greeting(), welcome, columns);
                Target target = open(targets, config("127.0.0.1", server.port()))) {
            assertThatThrownBy(() -> target.exists(new Account("a"))).isInstanceOf(TargetException.class);
            assertThat(server.heard()).contains("sql_mode");
        }
    }

    private static byte[] greeting() {
        return packet(
                0,
                "\n8.0.0\0\1\0\0\0saltsalt\0\0\u00a2\u002d\2\0\u0008\0\25" + "\0".repeat(10)
                        + "saltsaltsalt\0mysql_native_password\0");
    }

    private static byte[] packet(int number, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
        byte[] packet = new byte[bytes.length + 4];
        packet[0] = (byte) bytes.length;
        packet[3] = (byte) number;
        System.arraycopy(bytes, 0, packet, 4, bytes.length);
        return packet;
    }

    @Test
    void certificate_isHeldAgainstTheName() throws Exception {
        tlsIsVerified(port(), certificate.certificateFile());
    }

    @Test
    void serverThatAsksForAFile_isGivenNone() throws Exception {
        Path file = Files.writeString(folder.resolve("secret"), "4711");
        Statements role = parse(
                List.of(CREATION.getFirst(), "load data local infile '" + file + "' into table app.two"),
                List.of(),
                List.of());
        try (Target target = open()) {
            Account account = NAMES.next(type(), "r");
            assertThatThrownBy(() -> target.create(account, bytes(PASSWORD), inAnHour(), role))
                    .hasMessageContaining("creation_statements[1]");
            assertThat(asked("select count(*) from app.two where id = 4711")).isEqualTo("0");
            target.rollback(account, role);
        }
    }

    private record JdbcSession(Connection connection) implements Session {
        @Override
        public void allowed() throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.executeQuery("select id from app.one").close();
            }
        }

        @Override
        public void forbidden() throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.executeQuery("select id from app.two").close();
            }
        }

        @Override
        public void close() {
            try {
                connection.close();
            } catch (SQLException gone) {
                throw new IllegalStateException(gone);
            }
        }
    }
}
