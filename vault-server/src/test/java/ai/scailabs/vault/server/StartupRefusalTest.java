package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.server.readiness.StartupRefusal;
import ai.scailabs.vault.testkit.DatabaseLogin;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TestPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where serving would not be safe, nothing is served, and one line says why. */
class StartupRefusalTest {
    private final TestDatabase database = TestPostgres.migratedDatabase(Schema::migrate);
    private final Sql superuser = new Sql(database.superuser());

    private void assertRefused(Map<String, String> overrides, String... words) {
        assertThatThrownBy(() -> RunningServer.start(database, overrides).close())
                .isInstanceOfSatisfying(StartupRefusal.class, refusal -> {
                    assertThat(String.join("\n", refusal.problems())).contains(words);
                    assertThat(refusal.problems())
                            .allSatisfy(problem -> assertThat(problem).doesNotContain("\n"));
                    assertThat(refusal.getMessage())
                            .doesNotContain(database.app().password());
                });
    }

    @Test
    void tablesWithRowLevelSecurityOff_areRefused_allAtOnce() {
        List<String> tables = List.of(
                "secret",
                "secret_version",
                "secret_tombstone",
                "secret_access",
                "policy",
                "policy_binding",
                "tenant",
                "tenant_key",
                "audit_log");
        tables.forEach(table -> superuser.update("alter table " + table + " disable row level security"));
        assertRefused(
                Map.of(),
                tables.stream()
                        .map(table -> "table " + table + " does not force row-level security")
                        .toArray(String[]::new));
    }

    @Test
    void oneTableWithRowLevelSecurityOff_isRefused() {
        superuser.update("alter table secret_access disable row level security");
        assertRefused(Map.of(), "table secret_access does not force row-level security");
    }

    @Test
    void tableThatDoesNotForceIt_isRefused() {
        superuser.update("alter table secret_version no force row level security");
        assertRefused(Map.of(), "table secret_version does not force row-level security");
    }

    @Test
    void tableWithoutAPolicy_isRefused() {
        superuser.update("drop policy tenant_isolation on secret");
        assertRefused(Map.of(), "table secret has no policy that compares the tenant");
    }

    @Test
    void policyThatLetsEverythingThrough_isRefused() {
        superuser.update("create policy open_house on secret using (true)");
        assertRefused(Map.of(), "table secret has a policy that lets");
    }

    @Test
    void newTableWithoutRowLevelSecurity_isRefused() {
        superuser.update("create table later (tenant_id text primary key)");
        assertRefused(Map.of(), "table later does not force row-level security");
    }

    /** {@code AppendOnlyTablesTest} has the other holes. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            grant update (success) on audit_log to scaivault_worker   | role scaivault_worker may update table audit_log, which is append-only
            grant delete on audit_log to scaivault_audit              | role scaivault_app may delete table audit_log as scaivault_audit, which is append-only
            grant truncate on audit_log to public                     | role scaivault_app may truncate table audit_log, which is append-only
            alter table audit_log disable trigger append_only         | table audit_log lacks the trigger append_only, enabled always
            alter table audit_log enable trigger append_only          | table audit_log lacks the trigger append_only, enabled always
            create table audit_log_late partition of audit_log for values from ('2099-01-01') to ('2099-02-01') | table audit_log_late lacks the trigger append_only, enabled always
            drop function append_only_refusal cascade                 | table audit_log lacks the trigger append_only, enabled always
            """)
    void auditLogThatIsNotOnlyAddedTo_isRefused(String hole, String problem) {
        superuser.update(hole);
        assertRefused(Map.of(), problem);
    }

    /** A login for jobs of another name than the one of {@code db/roles.sql}. */
    @Test
    void auditLogThatTheJobsMayChange_isRefused_underWhateverName() {
        String role = "jobs_" + database.name();
        superuser.update(
                "create role " + role + " login password '" + database.app().password() + "'");
        try {
            superuser.update("grant delete on audit_log to " + role);
            DatabaseLogin login = new DatabaseLogin(
                    database.app().port(), database.name(), role, database.app().password());
            assertRefused(Map.of("DATABASE_WORKER_URL", login.url()), "role " + role + " may delete table audit_log");
        } finally {
            superuser.update("drop owned by " + role);
            superuser.update("drop role " + role);
        }
    }

    @ParameterizedTest
    @CsvSource({"postgres, is a superuser", "scaivault_owner, owns table acme_account"})
    void loginThatRowLevelSecurityDoesNotBind_isRefused(String user, String why) {
        DatabaseLogin login = new DatabaseLogin(
                database.app().port(), database.name(), user, database.app().password());
        assertRefused(Map.of("DATABASE_URL", login.url()), "role " + user, why);
    }

    @Test
    void loginWithBypassRls_isRefused() {
        String role = "bypassing_" + database.name();
        superuser.update("create role " + role + " login bypassrls password '"
                + database.app().password() + "'");
        try {
            superuser.update("grant connect on database " + database.name() + " to " + role);
            superuser.update("grant usage on schema public to " + role);
            superuser.update("grant select on flyway_schema_history to " + role);
            DatabaseLogin login = new DatabaseLogin(
                    database.app().port(), database.name(), role, database.app().password());
            assertRefused(Map.of("DATABASE_URL", login.url()), "role " + role + " has BYPASSRLS");
        } finally {
            superuser.update("drop owned by " + role);
            superuser.update("drop role " + role);
        }
    }

    @Test
    void schemaThatIsBehind_isRefused_andBroughtUpToDateByTheOwner() {
        TestDatabase empty = TestPostgres.freshDatabase();
        assertThatThrownBy(() -> RunningServer.start(empty, Map.of()).close())
                .isInstanceOfSatisfying(
                        StartupRefusal.class,
                        refusal -> assertThat(refusal.problems())
                                .singleElement()
                                .asString()
                                .contains("migrations")
                                .contains("DATABASE_OWNER_URL"));
        try (RunningServer server = RunningServer.start(
                empty, Map.of("DATABASE_OWNER_URL", empty.owner().url()))) {
            // Waits for the keys of the issuer, which are fetched beside the start.
            server.client(server.token("behind").user("jo@behind.test").sign())
                    .get("/v1/auth/whoami")
                    .expect(200);
            server.client(null).get("/v1/health/ready").expect(200);
        }
    }

    @Test
    void databaseThatIsAway_isRefused_withoutItsPassword() {
        assertRefused(
                Map.of(
                        "DATABASE_URL",
                        "postgresql://scaivault_app:" + database.app().password() + "@127.0.0.1:1/none"),
                "the database cannot be used");
    }

    @Test
    void wrongPassword_isRefused_withoutIt() {
        assertThatThrownBy(() -> RunningServer.start(
                        database,
                        Map.of(
                                "DATABASE_URL",
                                "postgresql://scaivault_app:wr0ng-pass@127.0.0.1:"
                                        + database.app().port() + "/" + database.name())))
                .isInstanceOf(StartupRefusal.class)
                .hasMessageNotContaining("wr0ng-pass");
    }

    /** As the program: the reason on standard error, and the exit code that says that the environment is at fault. */
    @Test
    void program_endsWithCode78_andSaysWhy() throws Exception {
        assertThat(run(Map.of("BIND_ADDRESS", "nonsense")))
                .satisfies(ended -> assertThat(ended.code()).isEqualTo(78))
                .satisfies(ended -> assertThat(ended.error())
                        .contains("ScaiVault cannot start: BIND_ADDRESS is malformed")
                        .doesNotContain("nonsense")
                        .doesNotContain("\tat "));
        assertThat(run(Map.of("TLS_MANAGED_CERTIFICATE", "tnt_nobody/cert_01K9Z6F3V4M8Q2T7B5N1C0D9XE")))
                .satisfies(ended -> assertThat(ended.code()).isEqualTo(78))
                .satisfies(ended -> assertThat(ended.error())
                        .contains("ScaiVault cannot start: TLS_MANAGED_CERTIFICATE cannot be served: the managed"
                                + " certificate is not there")
                        .doesNotContain("\tat "));
        superuser.update("alter table secret disable row level security");
        assertThat(run(Map.of()))
                .satisfies(ended -> assertThat(ended.code()).isEqualTo(78))
                .satisfies(ended -> assertThat(ended.error())
                        .contains("ScaiVault cannot start: table secret does not force row-level security")
                        .doesNotContain(database.app().password()));
    }

    private Ended run(Map<String, String> overrides) throws IOException, InterruptedException {
        Path folder = RunningServer.newFolder();
        try (TestIssuer issuer = TestIssuer.start()) {
            RunningServer.newRootKey(folder);
            ProcessBuilder builder = new ProcessBuilder(
                    ProcessHandle.current().info().command().orElseThrow(),
                    "-XX:TieredStopAtLevel=1",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                    "ai.scailabs.vault.server.VaultServer");
            builder.environment().putAll(RunningServer.environment(database, issuer, folder, overrides));
            Process process = builder.redirectOutput(folder.resolve("out").toFile())
                    .redirectError(folder.resolve("err").toFile())
                    .start();
            try {
                assertThat(process.waitFor(60, TimeUnit.SECONDS))
                        .as("the program ends by itself")
                        .isTrue();
            } finally {
                process.destroyForcibly();
            }
            return new Ended(process.exitValue(), read(folder.resolve("err")));
        } finally {
            RunningServer.delete(folder);
        }
    }

    private static String read(Path file) throws IOException {
        return java.nio.file.Files.readString(file, StandardCharsets.UTF_8);
    }

    private record Ended(int code, String error) {}
}
