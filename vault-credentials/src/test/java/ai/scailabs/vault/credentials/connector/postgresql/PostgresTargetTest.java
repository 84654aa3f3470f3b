package ai.scailabs.vault.credentials.connector.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.scailabs.vault.credentials.connector.Account;
import ai.scailabs.vault.credentials.connector.AskingServer;
import ai.scailabs.vault.credentials.connector.Statements;
import ai.scailabs.vault.credentials.connector.Target;
import ai.scailabs.vault.credentials.connector.TargetConfig;
import ai.scailabs.vault.credentials.connector.TargetContract;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.credentials.connector.TargetType;
import ai.scailabs.vault.testkit.TestCertificate;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresTargetTest extends TargetContract {
    private static final List<String> CREATION =
            List.of("CREATE ROLE \"{{name}}\" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}';"
                    + " GRANT SELECT ON app TO \"{{name}}\";");

    private final TestDatabase database = TestPostgres.freshDatabase();

    @BeforeAll
    void makeTables() {
        asRoot(
                "create table app (id int)",
                "create table other (id int)",
                "grant connect on database " + database.name() + " to public",
                "grant usage on schema public to public");
    }

    private void asRoot(String... statements) {
        execute(database, statements);
    }

    private static void execute(TestDatabase database, String... statements) {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private String asked(TestDatabase where, String sql) throws SQLException {
        try (Connection connection = where.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : "none";
        }
    }

    @Override
    protected TargetType type() {
        return TargetType.POSTGRESQL;
    }

    @Override
    protected int port() {
        return database.superuser().port();
    }

    @Override
    protected TargetConfig config(String host, int port) {
        return TargetConfig.parse(
                TargetType.POSTGRESQL,
                "postgresql://{{username}}:{{password}}@" + host + ":" + port + "/" + database.name(),
                null,
                null,
                null,
                true);
    }

    @Override
    protected String root() {
        return database.superuser().user();
    }

    @Override
    protected String rootPassword() {
        return database.superuser().password();
    }

    @Override
    protected String powerless() throws SQLException {
        String name = "powerless_" + database.name();
        asRoot(
                "create role " + name + " login",
                "alter role " + name + " password '" + PASSWORD.replace("'", "''") + "'");
        return name;
    }

    @Override
    protected Statements role() {
        return parse(CREATION, List.of());
    }

    private static Statements parse(List<String> creation, List<String> revocation) {
        return Statements.parse(TargetType.POSTGRESQL, creation, List.of(), revocation, List.of());
    }

    @Override
    protected Statements halfWay() {
        return parse(List.of(CREATION.getFirst(), "grant select on absent to {{name}}"), List.of());
    }

    @Override
    protected Session connect(String user, String password) throws SQLException {
        return new JdbcSession(DriverManager.getConnection(database.superuser().jdbcUrl(), user, password));
    }

    /** An error of almost 1 MiB. */
    @Override
    protected byte[] beginning() {
        return new byte[] {'E', 0, 0x0f, 0, 0, 'S'};
    }

    @Override
    protected List<String> strangeNames() {
        return List.of("a'b\";--", "a\\b\\", "%", "${x} {{name}}", "😀é", "Upper Lower", "n".repeat(63));
    }

    @Test
    void statementThatFails_isNamed_withItsCodeOnly() {
        try (Target target = open()) {
            Account account = NAMES.next(type(), "r");
            TargetException refused = catchThrowableOfType(
                    TargetException.class, () -> target.create(account, bytes(PASSWORD), inAnHour(), halfWay()));
            assertThat(refused.statement()).isEqualTo("creation_statements[1]");
            assertThat(refused).hasMessage("the target refuses a statement (42P01): creation_statements[1]");
        }
    }

    @Test
    void whatFailsHalfWay_leavesNothing_evenWithoutRollback() throws Exception {
        try (Target target = open()) {
            Account account = NAMES.next(type(), "r");
            assertThatThrownBy(() -> target.create(account, bytes(PASSWORD), inAnHour(), halfWay()))
                    .isInstanceOf(TargetException.class);
            assertThat(target.exists(account)).isFalse();
        }
    }

    @Test
    void loginAfterItsEnd_isRefusedByTheServerItself_untilItIsRenewed() throws Exception {
        try (Target target = open()) {
            Account account = NAMES.next(type(), "r");
            target.create(account, bytes(PASSWORD), Instant.now().minusSeconds(1), role());
            TargetException over =
                    catchThrowableOfType(TargetException.class, () -> target.verify(login(account.name(), PASSWORD)));
            assertThat(over.failure()).isEqualTo(TargetFailure.LOGIN_REFUSED);
            target.renew(account, inAnHour(), role());
            target.verify(login(account.name(), PASSWORD));
            target.revoke(account, role());
        }
    }

    @Test
    void objectsOfARevokedAccount_areTakenOver_inEveryDatabase() throws Exception {
        TestDatabase second = TestPostgres.freshDatabase();
        try (Target target = open()) {
            Account account = created(target, role());
            asRoot("grant create, usage on schema public to " + account.name());
            execute(
                    second,
                    "grant create, usage on schema public to " + account.name(),
                    "grant connect on database " + second.name() + " to " + account.name());
            for (TestDatabase each : List.of(database, second)) {
                try (Connection own =
                                DriverManager.getConnection(each.superuser().jdbcUrl(), account.name(), PASSWORD);
                        Statement statement = own.createStatement()) {
                    statement.execute("create table mine (id int)");
                }
            }
            target.revoke(account, role());
            assertThat(target.exists(account)).isFalse();
            for (TestDatabase each : List.of(database, second)) {
                assertThat(asked(each, "select tableowner from pg_tables where tablename = 'mine'"))
                        .startsWith(Leftovers.PREFIX);
            }
        }
    }

    @Test
    void serverOfOldHashes_isToldTheHash() throws Exception {
        String user = root();
        asRoot("alter role " + user + " in database " + database.name() + " set password_encryption = 'md5'");
        try (Target target = open()) {
            Account account = created(target, role());
            assertThat(asked(database, "select rolpassword from pg_authid where rolname = '" + account.name() + "'"))
                    .matches("md5[0-9a-f]{32}");
            target.revoke(account, role());
        } finally {
            asRoot("alter role " + user + " in database " + database.name() + " reset password_encryption");
        }
    }

    /** A view or a function that runs with its owner's rights would otherwise be a way to those of the root login. */
    @Test
    void whatARevokedAccountLeft_hasNobodysRights() throws Exception {
        try (Target target = open()) {
            Account account = created(target, role());
            asRoot("grant create, usage on schema public to " + account.name());
            try (Connection own =
                            DriverManager.getConnection(database.superuser().jdbcUrl(), account.name(), PASSWORD);
                    Statement statement = own.createStatement()) {
                statement.execute("create function left_behind() returns bigint language sql security definer"
                        + " begin atomic select count(*) from public.other; end");
                statement.execute("create view left_view as select id from public.other");
                statement.execute("grant select on left_view to public");
            }
            target.revoke(account, role());
            Account next = created(target, role());
            try (Connection own =
                            DriverManager.getConnection(database.superuser().jdbcUrl(), next.name(), PASSWORD);
                    Statement statement = own.createStatement()) {
                assertThatThrownBy(() -> statement.execute("select left_behind()"))
                        .hasMessageContaining("permission denied for table other");
                assertThatThrownBy(() -> statement.execute("select * from left_view"))
                        .hasMessageContaining("permission denied for table other");
            }
            target.revoke(next, role());
        }
    }

    @Test
    void rootThatIsNoSuperuser_makesAndTakesAway_withConnectionsAndObjects() throws Exception {
        String creator = "creator_" + database.name();
        asRoot(
                "create role " + creator + " login createrole password 'x'",
                "grant select on app to " + creator + " with grant option",
                "grant create on schema public to " + creator + " with grant option");
        Statements role = parse(List.of(CREATION.getFirst() + "grant create on schema public to {{name}}"), List.of());
        try (Target target = targets.open(config("127.0.0.1", port()), login(creator, "x"))) {
            Account account = created(target, role);
            try (Connection own =
                            DriverManager.getConnection(database.superuser().jdbcUrl(), account.name(), PASSWORD);
                    Statement statement = own.createStatement()) {
                statement.execute("create table theirs (id int)");
                target.setPassword(account.name(), bytes("other"));
                target.revoke(account, role);
                assertThatThrownBy(() -> statement.execute("select 1")).isInstanceOf(SQLException.class);
            }
            assertThat(target.exists(account)).isFalse();
            assertThat(asked(database, "select tableowner from pg_tables where tablename = 'theirs'"))
                    .startsWith(Leftovers.PREFIX);
            assertThat(
                            asked(
                                    database,
                                    "select has_schema_privilege(tableowner, 'public', 'create') from pg_tables where tablename = 'theirs'"))
                    .isEqualTo("f");
        }
    }

    @Test
    void revocationOfTheRole_comesFirst_andWhatItLeavesIsTakenAway() throws Exception {
        Statements role = parse(CREATION, List.of("insert into app values (4711)", "DROP OWNED BY \"{{name}}\";"));
        try (Target target = open()) {
            Account account = created(target, role);
            target.revoke(account, role);
            assertThat(target.exists(account)).isFalse();
            assertThat(asked(database, "select count(*) from app where id = 4711"))
                    .isEqualTo("1");
            target.revoke(account, role);
            assertThat(asked(database, "select count(*) from app where id = 4711"))
                    .isEqualTo("1");
        }
    }

    @Test
    void revocationThatFails_leavesAnAccountThatNobodyCanUse() throws Exception {
        Statements broken = parse(CREATION, List.of("drop table absent"));
        try (Target target = open()) {
            Account account = created(target, broken);
            try (Session session = connect(account.name(), PASSWORD)) {
                TargetException failed =
                        catchThrowableOfType(TargetException.class, () -> target.revoke(account, broken));
                assertThat(failed.statement()).isEqualTo("revocation_statements[0]");
                assertThatThrownBy(session::allowed).isInstanceOf(SQLException.class);
            }
            assertThatThrownBy(() -> connect(account.name(), PASSWORD)).isInstanceOf(SQLException.class);
            target.revoke(account, role());
        }
    }

    @Test
    void passwords_reachTheServerAsVerifiers() throws Exception {
        asRoot("create table said (what text)");
        Statements noisy = parse(
                List.of(
                        CREATION.getFirst(),
                        "insert into said select query from pg_stat_activity where pid = pg_backend_pid()",
                        "insert into said values ('{{password}}')"),
                List.of());
        try (Target target = open()) {
            Account account = created(target, noisy);
            String stored =
                    asked(database, "select rolpassword from pg_authid where rolname = '" + account.name() + "'");
            // The server's own default here is 64 rounds, so that this one was made elsewhere.
            assertThat(stored).startsWith("SCRAM-SHA-256$4096:");
            assertThat(asked(database, "select count(*) from said where what = '" + PASSWORD.replace("'", "''") + "'"))
                    .isEqualTo("1");
            target.setPassword(account.name(), bytes("other"));
            assertThat(asked(database, "select rolpassword from pg_authid where rolname = '" + account.name() + "'"))
                    .startsWith("SCRAM-SHA-256$4096:");
            target.revoke(account, role());
        }
    }

    @ParameterizedTest
    @ValueSource(chars = {'E', 'N', 'R', 'S', 'T', 'D'})
    void serverThatAnnouncesMoreThanThereIsRoomFor_isCutOff(char type) throws Exception {
        byte[] gibibyte = {(byte) type, 0x40, 0, 0, 0};
        try (AskingServer server = new AskingServer(true, gibibyte);
                Target target = open(targets, config("127.0.0.1", server.port()))) {
            assertThatThrownBy(() -> target.exists(new Account("a"))).isInstanceOf(TargetException.class);
            assertThat(server.heard()).isNotEmpty();
        }
    }

    /** In plain text it would be anybody's who is on the way. */
    @Test
    void serverThatAsksForThePasswordItself_isNotToldIt() throws Exception {
        byte[] cleartextPassword = {'R', 0, 0, 0, 8, 0, 0, 0, 3};
        try (AskingServer server = new AskingServer(true, cleartextPassword);
                Target target = open(targets, config("127.0.0.1", server.port()))) {
            assertThatThrownBy(() -> target.exists(new Account("a"))).isInstanceOf(TargetException.class);
            assertThat(server.heard()).contains("user").doesNotContain(rootPassword());
        }
    }

    @Test
    void certificate_isHeldAgainstTheName(@TempDir Path folder) throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        TestCertificate certificate = TestCertificate.create(folder, "dns:localhost");
        try (TestPostgres server = TestPostgres.privateInstance(data, false)) {
            Path key = Files.copy(certificate.keyFile(), data.resolve("server.key"));
            Files.setPosixFilePermissions(key, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
            Files.copy(certificate.certificateFile(), data.resolve("server.crt"));
            TestDatabase other = server.database();
            execute(other, "create database " + database.name());
            execute(other, "alter system set ssl = on");
            execute(other, "select pg_reload_conf()");
            tlsIsVerified(server.port(), certificate.certificateFile());
        }
    }

    private record JdbcSession(Connection connection) implements Session {
        @Override
        public void allowed() throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.executeQuery("select id from app").close();
            }
        }

        @Override
        public void forbidden() throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.executeQuery("select id from other").close();
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
