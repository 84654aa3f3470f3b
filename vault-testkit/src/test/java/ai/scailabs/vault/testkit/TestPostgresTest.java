package ai.scailabs.vault.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestPostgresTest {
    @Test
    void freshDatabases_areOwnedByTheOwnerAndApart() throws SQLException {
        TestDatabase first = TestPostgres.freshDatabase();
        TestDatabase second = TestPostgres.freshDatabase();

        execute(first.owner(), "create table t (a int)");

        assertThat(query(first.owner(), "select tableowner from pg_tables where tablename = 't'"))
                .isEqualTo("scaivault_owner");
        assertThat(query(second.owner(), "select to_regclass('t')")).isNull();
    }

    @Test
    void migratedDatabases_areCopiesOfWhatTheMigratorMade() throws SQLException {
        TestDatabase first = TestPostgres.migratedDatabase(TestPostgresTest::migrate);
        TestDatabase second = TestPostgres.migratedDatabase(TestPostgresTest::migrate);

        execute(first.owner(), "insert into migrated values (1)");

        assertThat(query(first.owner(), "select count(*) from migrated")).isEqualTo("1");
        assertThat(query(second.owner(), "select count(*) from migrated")).isEqualTo("0");
    }

    @Test
    void roles_haveNoPowerOverRowsOrRoles() throws SQLException {
        String powers = query(
                TestPostgres.freshDatabase().superuser(),
                "select count(*) from pg_roles where rolname like 'scaivault%'"
                        + " and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)");
        String roles = query(
                TestPostgres.freshDatabase().superuser(),
                "select count(*) from pg_roles where rolname like 'scaivault%'");

        assertThat(powers).isEqualTo("0");
        assertThat(roles).isEqualTo("4");
    }

    @Test
    void app_writesAuditOnlyAfterSteppingIntoTheAuditRole() throws SQLException {
        TestDatabase database = TestPostgres.freshDatabase();
        execute(database.owner(), "create table trail (a int)");
        execute(database.owner(), "grant insert on trail to scaivault_audit");

        assertThatThrownBy(() -> execute(database.app(), "insert into trail values (1)"))
                .hasMessageContaining("permission denied");
        execute(database.app(), "set role scaivault_audit; insert into trail values (1)");
        assertThatThrownBy(() -> execute(database.worker(), "set role scaivault_audit"))
                .hasMessageContaining("permission denied");
        assertThat(query(database.owner(), "select count(*) from trail")).isEqualTo("1");
    }

    @Test
    void app_createsNothing() {
        TestDatabase database = TestPostgres.freshDatabase();

        assertThatThrownBy(() -> execute(database.app(), "create table t (a int)"))
                .hasMessageContaining("permission denied");
        assertThatThrownBy(() -> execute(database.app(), "create temporary table t (a int)"))
                .hasMessageContaining("permission denied");
    }

    @Test
    void wrongPassword_isRefused() {
        DatabaseLogin app = TestPostgres.freshDatabase().app();
        DatabaseLogin guessed = new DatabaseLogin(app.port(), app.database(), app.user(), "guessed");

        assertThatThrownBy(() -> query(guessed, "select 1")).hasMessageContaining("password authentication failed");
    }

    @Test
    void killedServer_keepsWhatWasCommitted(@TempDir Path folder) throws SQLException {
        try (TestPostgres server = TestPostgres.privateInstance(folder.resolve("data"), true)) {
            TestDatabase database = server.database();
            execute(database.owner(), "create table t (a int); insert into t values (7)");
            long before = server.pid();

            server.kill9();
            assertThatThrownBy(() -> query(database.owner(), "select a from t")).isInstanceOf(SQLException.class);
            server.restart();

            assertThat(server.pid()).isNotEqualTo(before);
            assertThat(query(database.owner(), "select a from t")).isEqualTo("7");
            assertThat(query(database.superuser(), "show fsync")).isEqualTo("on");
            assertThat(query(database.superuser(), "show synchronous_commit")).isEqualTo("on");
        }
    }

    private static void migrate(javax.sql.DataSource source) {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create table migrated (a int)");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void execute(DatabaseLogin login, String sql) throws SQLException {
        try (Connection connection = login.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(DatabaseLogin login, String sql) throws SQLException {
        try (Connection connection = login.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
