package ai.scailabs.vault.audit.trail;

import static ai.scailabs.vault.audit.AuditDatabase.ACME;
import static ai.scailabs.vault.audit.AuditDatabase.GLOBEX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.audit.AuditDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.DataAccessException;

/** What the database itself refuses, whatever the program does. */
class AuditRightsTest {
    private static final String THIS_MONTH =
            "audit_log_" + YearMonth.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyy_MM"));

    private static AuditDatabase database;

    @BeforeAll
    static void open() {
        database = AuditDatabase.open();
        database.tenants().update(ACME, AuditRows.INSERT, AuditRows.arguments(database.read(ACME, "kept", null)));
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @ParameterizedTest
    @CsvSource({
        "app, update %s set success = false",
        "app, delete from %s",
        "app, truncate %s",
        "worker, update %s set success = false",
        "worker, delete from %s",
        "worker, truncate %s",
        "audit, update %s set success = false",
        "audit, delete from %s",
        "audit, truncate %s",
        "audit, select * from %s"
    })
    void rowsThatLie_cannotBeTouched(String role, String sql) throws SQLException {
        for (String table : new String[] {"audit_log", THIS_MONTH}) {
            assertRefused(role, sql.formatted(table));
        }
        assertThat(database.rowCount()).isPositive();
    }

    @ParameterizedTest
    @CsvSource({"app", "worker", "audit"})
    void partition_cannotBeReadOrWrittenDirectly(String role) {
        assertRefused(role, "select * from " + THIS_MONTH);
        assertRefused(role, "insert into " + THIS_MONTH + " select * from audit_log where false");
    }

    @Test
    void app_cannotAppendForAnotherTenant() {
        assertThatThrownBy(() -> database.tenants()
                        .update(ACME, AuditRows.INSERT, AuditRows.arguments(database.read(GLOBEX, "forged", null))))
                .isInstanceOf(DataAccessException.class)
                .rootCause()
                .hasMessageContaining("row-level security");
    }

    @Test
    void app_readsItsTenantOnly() {
        assertThat(database.tenants().query(ACME, "select count(*) from audit_log", (row, n) -> row.getInt(1)))
                .containsExactly(1);
        assertThat(database.tenants().query(GLOBEX, "select count(*) from audit_log", (row, n) -> row.getInt(1)))
                .containsExactly(0);
    }

    @Test
    void partitions_existForThisMonthAndTwelveMore() throws SQLException {
        String expected = IntStream.rangeClosed(0, 12)
                .mapToObj(YearMonth.now(ZoneOffset.UTC)::plusMonths)
                .map(month -> "audit_log_" + month.format(DateTimeFormatter.ofPattern("yyyy_MM")))
                .reduce((one, next) -> one + "," + next)
                .orElseThrow();

        assertThat(database.text(
                        "select string_agg(inhrelid::regclass::text, ',' order by inhrelid::regclass::text collate \"C\")"
                                + " from pg_inherits where inhparent = 'audit_log'::regclass"))
                .startsWith(expected);
    }

    @Test
    void worker_makesPartitionsAndFindsNothingToDoTheSecondTime() throws SQLException {
        DataSource worker = database.logins().worker().dataSource();

        assertThat(integer(worker, "select audit_create_partitions(14)"))
                .as("two months, of the log and of its leaves")
                .isEqualTo(4);
        assertThat(integer(worker, "select audit_create_partitions(14)")).isZero();
        assertThat(integer(worker, "select audit_create_partitions(-5)")).isZero();
        assertThat(database.text(
                        "select count(*) from pg_class where relname ~ '^audit_(log|leaves)_2' and relkind = 'r'"
                                + " and not (relrowsecurity and relforcerowsecurity)"))
                .isEqualTo("0");
    }

    @ParameterizedTest
    @CsvSource({"app", "audit"})
    void othersMakeNoPartitions(String role) {
        assertRefused(role, "select audit_create_partitions(1)");
    }

    private static void assertRefused(String role, String sql) {
        assertThatThrownBy(() -> execute(role, sql))
                .as("%s: %s", role, sql)
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("permission denied");
    }

    private static void execute(String role, String sql) throws SQLException {
        DataSource login = role.equals("worker")
                ? database.logins().worker().dataSource()
                : database.logins().app().dataSource();
        try (Connection connection = login.getConnection();
                Statement statement = connection.createStatement()) {
            if (role.equals("audit")) {
                statement.execute("set role scaivault_audit");
            }
            statement.execute("select set_config('app.tenant_id', 'tnt_acme', false)");
            statement.execute(sql);
        }
    }

    private static int integer(DataSource login, String sql) throws SQLException {
        try (Connection connection = login.getConnection();
                Statement statement = connection.createStatement();
                ResultSet results = statement.executeQuery(sql)) {
            results.next();
            return results.getInt(1);
        }
    }
}
