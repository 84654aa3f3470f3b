package ai.scailabs.vault.persistence.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a server of its own: roles belong to the whole server, and some tests here ruin them. */
class TenantBoundaryTest {
    private static final String COMPARES_TENANT = "tenant_id = nullif(current_setting('app.tenant_id', true), '')";

    @TempDir
    static Path folder;

    private static TestPostgres server;

    private TestDatabase database;

    @BeforeAll
    static void start() {
        server = TestPostgres.privateInstance(folder.resolve("data"), false);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void migrate() {
        database = server.database();
        Schema.migrate(database.owner().dataSource());
    }

    @AfterEach
    void restoreRole() throws SQLException {
        asSuperuser(
                "alter role scaivault_app nosuperuser nobypassrls",
                "revoke scaivault_owner from scaivault_app",
                "drop role if exists intruder");
    }

    @Test
    void migratedSchema_holds() throws SQLException {
        assertThat(problems()).isEmpty();
    }

    @Test
    void superuser_isFound() throws SQLException {
        asSuperuser("alter role scaivault_app superuser");

        assertThat(problems()).containsExactly("role scaivault_app is a superuser");
    }

    @Test
    void bypassRls_isFound() throws SQLException {
        asSuperuser("alter role scaivault_app bypassrls");

        assertThat(problems()).containsExactly("role scaivault_app has BYPASSRLS");
    }

    @Test
    void wayIntoAPowerfulRole_isFound() throws SQLException {
        asSuperuser("create role intruder bypassrls", "grant intruder to scaivault_app");

        assertThat(problems())
                .containsExactly("role scaivault_app may become intruder, whom row-level security does not bind");
    }

    @Test
    void owner_isFound() throws SQLException {
        asSuperuser("alter table secret owner to scaivault_app");

        assertThat(problems()).containsExactly("role scaivault_app owns table secret");
    }

    @Test
    void memberOfTheOwner_isFound() throws SQLException {
        asSuperuser("grant scaivault_owner to scaivault_app");

        assertThat(problems()).singleElement().asString().matches("role scaivault_app owns table \\w+, and \\d+ more");
    }

    @Test
    void tableWithoutForce_isFound() throws SQLException {
        asSuperuser("alter table secret no force row level security");

        assertThat(problems()).containsExactly("table secret does not force row-level security");
    }

    @Test
    void tableWithRowLevelSecurityOff_isFound() throws SQLException {
        asSuperuser("alter table secret disable row level security");

        assertThat(problems()).containsExactly("table secret does not force row-level security");
    }

    @Test
    void auditPartitionWithoutForce_isFound() throws SQLException {
        asSuperuser(
                "create table audit_log_later partition of audit_log for values from ('2099-01-01') to ('2099-02-01')");

        assertThat(problems()).containsExactly("table audit_log_later does not force row-level security");
    }

    @Test
    void tableWithoutPolicy_isFound() throws SQLException {
        asSuperuser(
                "create table note (tenant_id text primary key)",
                "alter table note enable row level security",
                "alter table note force row level security");

        assertThat(problems()).containsExactly("table note has no policy that compares the tenant");
    }

    @Test
    void policyThatLetsEverythingThrough_isFound() throws SQLException {
        asSuperuser("create policy open_door on secret to scaivault_app using (true)");

        assertThat(problems())
                .containsExactly("table secret has a policy that lets scaivault_app reach rows of every tenant");
    }

    @Test
    void policyThatOnlyMentionsTheTenant_isFound() throws SQLException {
        asSuperuser("create policy open_door on secret using (" + COMPARES_TENANT + " or path = 'x')");

        assertThat(problems())
                .containsExactly("table secret has a policy that lets scaivault_app reach rows of every tenant");
    }

    @Test
    void policyThatAcceptsForeignRows_isFound() throws SQLException {
        asSuperuser("create policy open_door on secret using (" + COMPARES_TENANT + ") with check (true)");

        assertThat(problems())
                .containsExactly("table secret has a policy that lets scaivault_app reach rows of every tenant");
    }

    @Test
    void policyForAnotherRole_isNoProblemOfTheApp() throws SQLException {
        asSuperuser("create policy jobs on secret to scaivault_worker using (true)");

        assertThat(problems()).isEmpty();
    }

    @Test
    void restrictivePolicy_isNoProblem() throws SQLException {
        asSuperuser("create policy narrower on secret as restrictive using (path <> 'x')");

        assertThat(problems()).isEmpty();
    }

    @Test
    void rightToTruncate_isFound() throws SQLException {
        asSuperuser("grant truncate on secret to scaivault_app");

        assertThat(problems())
                .containsExactly("role scaivault_app may truncate table secret, which no policy prevents");
    }

    @Test
    void viewThatRunsAsItsOwner_isFound_andOneThatRunsAsItsCallerIsNot() throws SQLException {
        asSuperuser(
                "create view secret_of_all as select tenant_id, path from secret",
                "create view secret_of_mine with (security_invoker = true) as select tenant_id, path from secret",
                "grant select on secret_of_all, secret_of_mine to scaivault_app");

        assertThat(problems()).containsExactly("relation secret_of_all shows rows as its owner sees them");
    }

    private List<String> problems() throws SQLException {
        return TenantBoundary.problems(database.app().dataSource());
    }

    private void asSuperuser(String... statements) throws SQLException {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
