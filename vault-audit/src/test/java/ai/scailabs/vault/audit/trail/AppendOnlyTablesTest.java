package ai.scailabs.vault.audit.trail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.audit.AuditDatabase;
import ai.scailabs.vault.testkit.DatabaseLogin;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever opens one of the two locks on the audit log is found, and the second holds where the first is gone. */
class AppendOnlyTablesTest {
    private static final String THIS_MONTH =
            "audit_log_" + YearMonth.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyy_MM"));

    private AuditDatabase database;

    @BeforeEach
    void open() throws SQLException {
        database = AuditDatabase.open();
        database.tenants()
                .update(
                        AuditDatabase.ACME,
                        AuditRows.INSERT,
                        AuditRows.arguments(database.read(AuditDatabase.ACME, "kept", null)));
    }

    /** Roles are shared by all databases of the server: what a test did to them is undone. */
    @AfterEach
    void close() throws SQLException {
        for (String undo : List.of(
                "alter role scaivault_worker nosuperuser",
                "revoke scaivault_owner from scaivault_worker",
                "revoke pg_write_all_data from scaivault_worker",
                "drop owned by append_only_intruder",
                "drop role append_only_intruder")) {
            try {
                asSuperuser(undo);
            } catch (SQLException absent) {
                assertThat(absent.getMessage()).contains("does not exist");
            }
        }
        database.close();
    }

    private List<String> problems(String... logins) throws SQLException {
        return AppendOnlyTables.problems(database.logins().app().dataSource(), List.of(logins));
    }

    private void asSuperuser(String... statements) throws SQLException {
        run(database.logins().superuser(), statements);
    }

    private static void run(DatabaseLogin login, String... statements) throws SQLException {
        try (Connection connection = login.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql.replace("THIS_MONTH", THIS_MONTH));
            }
        }
    }

    @Test
    void migratedSchema_isLocked() throws SQLException {
        assertThat(problems("scaivault_worker", "role_that_does_not_exist")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"audit_log", "THIS_MONTH"})
    void ownerAndSuperuser_areRefused_byAMessageThatNamesTheTable(String table) throws SQLException {
        String name = table.replace("THIS_MONTH", THIS_MONTH);
        for (DatabaseLogin login :
                List.of(database.logins().owner(), database.logins().superuser())) {
            for (String sql : List.of(
                    "update %s set success = false",
                    "update %s set success = false where false",
                    "delete from %s",
                    "truncate %s",
                    "truncate %s cascade",
                    "merge into %s a using (select 1) one on true when matched then delete",
                    "insert into %s select * from audit_log on conflict (tenant_id, occurred_at, log_id) do update set success = false",
                    "set session_replication_role = 'replica'; delete from %s")) {
                boolean mayNot = sql.startsWith("set session")
                        && login.equals(database.logins().owner());
                assertThatThrownBy(() -> run(login, sql.formatted(name)))
                        .as("%s: %s", login.user(), sql)
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining(
                                mayNot ? "permission denied to set parameter" : "table " + name + " is append-only");
            }
        }
        assertThat(database.rowCount()).isEqualTo(1);
    }

    @Test
    void roleThatWasGrantedTheRight_isRefusedByTheSecondLock() throws SQLException {
        asSuperuser("grant all on audit_log, THIS_MONTH to scaivault_app");

        assertThatThrownBy(() -> run(database.logins().app(), "delete from audit_log"))
                .hasMessageContaining("table audit_log is append-only: delete is refused for everybody");
        assertThatThrownBy(() -> run(database.logins().app(), "truncate THIS_MONTH"))
                .hasMessageContaining("is append-only: truncate is refused for everybody");
    }

    @Test
    void partitionThatIsMadeLater_isLockedToo() throws SQLException {
        run(database.logins().worker(), "select audit_create_partitions(14)");

        assertThat(problems()).isEmpty();
        String last = database.text(
                "select max(inhrelid::regclass::text) from pg_inherits where inhparent = 'audit_log'::regclass");
        assertThatThrownBy(() -> run(database.logins().owner(), "delete from " + last))
                .hasMessageContaining("table " + last + " is append-only");
    }

    @Test
    void lock_canBePutOnAnyTable_againAndAgain_byItsOwnerOnly() throws SQLException {
        run(
                database.logins().owner(),
                "create table later (n int)",
                "select lock_append_only('later')",
                "select lock_append_only('later')",
                "insert into later values (1)");

        assertThatThrownBy(() -> run(database.logins().owner(), "update later set n = 2"))
                .hasMessageContaining("table later is append-only: update is refused");
        for (DatabaseLogin other :
                List.of(database.logins().app(), database.logins().worker())) {
            assertThatThrownBy(() -> run(other, "select lock_append_only('later')"))
                    .hasMessageContaining("permission denied for function lock_append_only");
        }
        assertThat(problems()).isEmpty();
        asSuperuser("grant delete on later to scaivault_app");
        assertThat(problems()).containsExactly("role scaivault_app may delete table later, which is append-only");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            grant update on audit_log to scaivault_app             | role scaivault_app may update table audit_log, which is append-only
            grant delete on audit_log to scaivault_worker          | role scaivault_worker may delete table audit_log, which is append-only
            grant truncate on THIS_MONTH to scaivault_worker       | role scaivault_worker may truncate table THIS_MONTH, which is append-only
            grant trigger on audit_log to scaivault_worker         | role scaivault_worker may trigger table audit_log, which is append-only
            grant update (success) on audit_log to scaivault_worker | role scaivault_worker may update table audit_log, which is append-only
            grant update (extra_data) on THIS_MONTH to scaivault_worker | role scaivault_worker may update table THIS_MONTH, which is append-only
            grant delete on audit_log to scaivault_audit           | role scaivault_app may delete table audit_log as scaivault_audit, which is append-only
            grant delete on audit_log to scaivault_audit           | role scaivault_audit may delete table audit_log, which is append-only
            grant delete on audit_log to public                    | role scaivault_worker may delete table audit_log, which is append-only
            grant update (error_code) on audit_log to public       | role scaivault_audit may update table audit_log, which is append-only
            grant truncate, update on THIS_MONTH to public         | role scaivault_app may truncate, update table THIS_MONTH, which is append-only
            alter table audit_log owner to scaivault_worker        | role scaivault_worker owns table audit_log, which is append-only
            alter function append_only_refusal owner to scaivault_worker | role scaivault_worker owns function append_only_refusal
            alter schema public owner to scaivault_app             | role scaivault_app owns the schema of table audit_log, which is append-only
            grant scaivault_owner to scaivault_worker              | role scaivault_worker owns table THIS_MONTH, which is append-only
            grant pg_write_all_data to scaivault_worker            | role scaivault_worker may delete, update table audit_log as pg_write_all_data, which is append-only
            alter role scaivault_worker superuser                  | role scaivault_worker is a superuser, whom no lock on the audit log binds
            """)
    void rightToChange_isFound(String hole, String problem) throws SQLException {
        asSuperuser(hole);

        assertThat(problems()).contains(problem.replace("THIS_MONTH", THIS_MONTH));
    }

    @Test
    void rightOfARoleThatALoginMayBecome_isFound() throws SQLException {
        asSuperuser(
                "create role append_only_intruder",
                "grant delete on THIS_MONTH to append_only_intruder",
                "grant append_only_intruder to scaivault_worker");

        assertThat(problems())
                .containsExactly("role scaivault_worker may delete table " + THIS_MONTH
                        + " as append_only_intruder, which is append-only");
    }

    @Test
    void rightOfALoginOfAnotherName_isFound() throws SQLException {
        asSuperuser("create role append_only_intruder", "grant update on audit_log to append_only_intruder");

        assertThat(problems()).isEmpty();
        assertThat(problems("append_only_intruder"))
                .containsExactly("role append_only_intruder may update table audit_log, which is append-only");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            alter table only audit_log disable trigger all             | audit_log
            alter table only THIS_MONTH disable trigger append_only    | THIS_MONTH
            alter table THIS_MONTH enable trigger append_only          | THIS_MONTH
            alter table THIS_MONTH enable replica trigger append_only  | THIS_MONTH
            drop trigger append_only on audit_log                      | audit_log
            drop trigger append_only on THIS_MONTH                     | THIS_MONTH
            create or replace trigger append_only before update or delete on THIS_MONTH for each statement execute function append_only_refusal() | THIS_MONTH
            create or replace trigger append_only before update of success or delete or truncate on THIS_MONTH for each statement execute function append_only_refusal() | THIS_MONTH
            create or replace trigger append_only before update or delete or truncate on THIS_MONTH for each statement when (1 = 2) execute function append_only_refusal() | THIS_MONTH
            drop trigger append_only on THIS_MONTH; create trigger append_only after update or delete or truncate on THIS_MONTH for each statement execute function append_only_refusal() | THIS_MONTH
            create or replace trigger append_only before update or delete or truncate on THIS_MONTH for each statement execute function suppressed() | THIS_MONTH
            create table audit_log_by_hand partition of audit_log for values from ('2099-01-01') to ('2099-02-01') | audit_log_by_hand
            """)
    void missingOrWeakTrigger_isFound(String hole, String table) throws SQLException {
        List<String> statements = new ArrayList<>();
        statements.add("create function suppressed() returns trigger language plpgsql as 'begin return null; end'");
        statements.addAll(List.of(hole.split(";")));
        asSuperuser(statements.toArray(String[]::new));
        if (hole.startsWith("create or replace")) {
            asSuperuser("alter table THIS_MONTH enable always trigger append_only");
        }

        assertThat(problems())
                .containsExactly("table " + table.replace("THIS_MONTH", THIS_MONTH)
                        + " lacks the trigger append_only, enabled always");
    }

    @Test
    void functionThatRefusesNothing_isFound() throws SQLException {
        asSuperuser("create or replace function append_only_refusal() returns trigger language plpgsql as"
                + " 'begin return null; end'");

        assertThat(problems()).containsExactly("function append_only_refusal does not refuse any more");
    }

    @Test
    void lockThatWasTakenAwayWhole_isFound() throws SQLException {
        asSuperuser("drop function append_only_refusal cascade");

        assertThat(problems())
                .contains(
                        "table audit_log lacks the trigger append_only, enabled always",
                        "table " + THIS_MONTH + " lacks the trigger append_only, enabled always");
    }

    @Test
    void whatKeepsRowsOut_isFound() throws SQLException {
        asSuperuser(
                "create function swallowed() returns trigger language plpgsql as 'begin return null; end'",
                "create trigger quiet before insert on THIS_MONTH for each row execute function swallowed()",
                "create rule nowhere as on insert to audit_log do instead nothing");

        assertThat(problems())
                .containsExactlyInAnyOrder(
                        "table " + THIS_MONTH + " has the trigger quiet, which may keep rows out",
                        "table audit_log has the rule nowhere, which may do something else than add");
    }

    @Test
    void tableThatIsNotThere_isFound() throws SQLException {
        asSuperuser("alter table audit_log rename to audit_log_elsewhere");

        assertThat(problems()).contains("table audit_log is not there");
    }
}
