package ai.scailabs.vault.audit.retention;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.AuditDatabase;
import ai.scailabs.vault.audit.merkle.ProofCheck;
import ai.scailabs.vault.audit.proof.IndexedLeaf;
import ai.scailabs.vault.audit.proof.LogTree;
import ai.scailabs.vault.audit.proof.Sequencer;
import ai.scailabs.vault.audit.proof.TreeHead;
import ai.scailabs.vault.audit.trail.AppendOnlyTables;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.kernel.id.TenantId;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A month of two years ago, in which two tenants did something. */
class RetentionJobTest {
    private static final TenantId ACME = AuditDatabase.ACME;
    private static final TenantId GLOBEX = AuditDatabase.GLOBEX;
    private static final YearMonth MONTH = YearMonth.now(ZoneOffset.UTC).minusYears(2);
    /** Its entries are sequenced late, or not at all. */
    private static final TenantId LATE = new TenantId("tnt_late");

    private static final int OLD = 300;
    private static final int NEW = 40;

    private AuditDatabase database;
    private HikariDataSource worker;
    private LogTree tree;
    private RetentionService decisions;

    @BeforeEach
    void fill() throws SQLException {
        database = AuditDatabase.open();
        worker = database.worker();
        tree = new LogTree(database.tenants());
        decisions = new RetentionService(database.tenants(), 400, Clock.systemUTC());
        partition("audit_log", MONTH);
        partition("audit_leaves", MONTH);
        act(ACME, MONTH);
        act(GLOBEX, MONTH);
        sequenceIn(MONTH);
        try (AuditTrail trail = new AuditTrail(database.committer())) {
            for (int i = 0; i < NEW; i++) {
                trail.append(database.read(ACME, "app/new-" + i, null)).await();
            }
        }
        sequence();
        assertThat(tree.head(ACME).size()).isEqualTo(OLD + NEW);
    }

    @AfterEach
    void close() {
        worker.close();
        database.close();
    }

    private void partition(String parent, YearMonth month) throws SQLException {
        String name = name(parent, month);
        asSuperuser("create table %s partition of %s for values from ('%s') to ('%s');"
                        .formatted(name, parent, starts(month), starts(month.plusMonths(1)))
                + "alter table %1$s enable row level security; alter table %1$s force row level security;"
                        .formatted(name)
                + "alter table %1$s owner to scaivault_owner; select lock_append_only('%1$s')".formatted(name));
    }

    private static String name(String parent, YearMonth month) {
        return "%s_%04d_%02d".formatted(parent, month.getYear(), month.getMonthValue());
    }

    private static String starts(YearMonth month) {
        return month.atDay(1) + " 00:00:00+00";
    }

    private void act(TenantId tenant, YearMonth month) throws SQLException {
        asSuperuser("""
                insert into audit_log (tenant_id, occurred_at, log_id, action, success, duration_ms, request_id)
                select '%s', timestamptz '%s' + n * interval '1 minute', gen_random_uuid(), 'read', true, 1, 'req_' || n from generate_series(1, %d) n
                """.formatted(tenant, starts(month), OLD));
    }

    private void sequenceIn(YearMonth month) throws SQLException {
        asSuperuser(
                "alter table audit_leaves alter column sequenced_at set default timestamptz '" + starts(month) + "'");
        sequence();
        asSuperuser("alter table audit_leaves alter column sequenced_at set default now()");
    }

    private boolean exists(String parent, YearMonth month) throws SQLException {
        return database.text("select to_regclass('" + name(parent, month) + "') is not null")
                .equals("t");
    }

    private void sequence() {
        new Sequencer(worker, (connection, entries) -> {}, Clock.systemUTC()).run();
    }

    private void retire() throws Exception {
        retire(worker);
    }

    private void retire(DataSource jobs) throws Exception {
        new RetentionJob(
                        jobs,
                        400,
                        new AuditEntries(Clock.systemUTC(), database.ids()),
                        database.ids(),
                        Clock.systemUTC())
                .run();
        sequence();
    }

    private void decide(TenantId tenant, Retention retention) {
        decisions.change(tenant, before -> retention, "user:jo@example.test", database.read(tenant, null, null));
        sequence();
    }

    private void asSuperuser(String sql) throws SQLException {
        try (Connection connection = database.logins().superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private int oldEntries(TenantId tenant) throws SQLException {
        return Integer.parseInt(database.text("select count(*) from audit_log where tenant_id = '" + tenant
                + "' and occurred_at < now() - interval '1 year'"));
    }

    @Test
    void whatIsOver_ends_andIsToldInTheLog_andLaterEntriesAreProvenStill() throws Exception {
        TreeHead before = tree.head(ACME);
        retire();

        assertThat(oldEntries(ACME)).isZero();
        assertThat(oldEntries(GLOBEX)).isZero();
        assertThat(exists("audit_log", MONTH)).isFalse();
        assertThat(exists("audit_leaves", MONTH)).isFalse();
        assertThat(database.text("select extra_data->>'entries' from audit_log where action = 'audit_retire'"
                        + " and tenant_id = 'tnt_globex'"))
                .isEqualTo(String.valueOf(OLD));

        TreeHead now = tree.head(ACME);
        assertThat(now.size()).isEqualTo(before.size() + 1);
        assertThat(tree.root(ACME, now.size())).isEqualTo(now.root());
        assertThat(ProofCheck.consistency(
                        before.size(),
                        before.root(),
                        now.size(),
                        now.root(),
                        tree.consistency(ACME, before.size(), now.size())))
                .isTrue();
        List<IndexedLeaf> left = tree.entries(ACME, 0, now.size());
        assertThat(left).hasSize(NEW + 1);
        for (IndexedLeaf leaf : left) {
            assertThat(ProofCheck.inclusion(
                            leaf.hash(),
                            leaf.index(),
                            now.size(),
                            tree.inclusion(ACME, leaf.index(), now.size()),
                            now.root()))
                    .isTrue();
        }
    }

    @Test
    void heldEntries_stay_whileThoseOfOthersEnd() throws Exception {
        decide(ACME, new Retention(365, true, false));
        retire();

        assertThat(oldEntries(ACME)).isEqualTo(OLD);
        assertThat(oldEntries(GLOBEX)).isZero();
        assertThat(database.tenants()
                        .query(
                                ACME,
                                "select count(*) from audit_log where tenant_id = ? and occurred_at < now() - interval '1 year'",
                                (row, number) -> row.getInt(1),
                                ACME.value()))
                .containsExactly(OLD);
        assertThat(tree.entries(ACME, 0, OLD)).allMatch(leaf -> leaf.entry() != null);
        assertThat(database.text("select relrowsecurity and relforcerowsecurity from pg_class where relname = '"
                        + name("audit_log", MONTH) + "'"))
                .isEqualTo("t");

        decide(ACME, new Retention(365, false, false));
        retire();
        assertThat(oldEntries(ACME)).isZero();
    }

    @Test
    void longerRetentionOfOne_keepsItsEntriesOnly() throws Exception {
        decide(GLOBEX, new Retention(3_653, false, false));
        retire();

        assertThat(oldEntries(ACME)).isZero();
        assertThat(oldEntries(GLOBEX)).isEqualTo(OLD);
        retire();
        assertThat(oldEntries(GLOBEX)).isEqualTo(OLD);
        // What took the place of the month is locked as the others are.
        assertThat(AppendOnlyTables.problems(database.logins().app().dataSource(), List.of()))
                .isEmpty();
    }

    @Test
    void whatMustBeArchived_staysUntilItIs() throws Exception {
        decide(ACME, new Retention(365, false, true));
        retire();
        assertThat(oldEntries(ACME)).isEqualTo(OLD);

        archive(0, OLD - 1);
        retire();
        assertThat(oldEntries(ACME)).as("one is missing").isEqualTo(OLD);

        archive(OLD - 1, OLD);
        retire();
        assertThat(oldEntries(ACME)).isZero();
    }

    private void archive(long first, long end) throws SQLException {
        archive(ACME, first, end);
    }

    private void archive(TenantId tenant, long first, long end) throws SQLException {
        asSuperuser("insert into audit_archive (tenant_id, export_id, first_index, end_index, verified_at) values"
                + " ('%s', 'exp_1', %d, %d, now())".formatted(tenant, first, end));
    }

    @Test
    void whatWasSequencedMonthsLater_staysUntilItIsArchived() throws Exception {
        YearMonth later = MONTH.plusMonths(3);
        partition("audit_leaves", later);
        act(LATE, MONTH);
        sequenceIn(later);
        decide(LATE, new Retention(365, false, true));

        retire();
        assertThat(oldEntries(LATE)).isEqualTo(OLD);
        assertThat(oldEntries(ACME)).isZero();

        archive(LATE, 0, OLD - 1);
        retire();
        assertThat(oldEntries(LATE)).as("one is missing").isEqualTo(OLD);

        archive(LATE, OLD - 1, OLD);
        retire();
        assertThat(oldEntries(LATE)).isZero();
        assertThat(exists("audit_log", MONTH)).isFalse();
    }

    @Test
    void whatIsNotSequencedYet_isInNoArchive() throws Exception {
        decide(LATE, new Retention(365, false, true));
        act(LATE, MONTH);
        retire();
        assertThat(oldEntries(LATE)).isEqualTo(OLD);
    }

    @Test
    void leavesOfKeptEntries_stay_whicheverMonthTheyWereMadeIn() throws Exception {
        YearMonth before = MONTH.minusMonths(1);
        partition("audit_log", before);
        act(LATE, before);
        sequenceIn(MONTH);
        decide(LATE, new Retention(365, true, false));

        retire();
        assertThat(exists("audit_log", MONTH)).isFalse();
        assertThat(oldEntries(LATE)).isEqualTo(OLD);
        assertThat(tree.entries(LATE, 0, OLD)).hasSize(OLD).allMatch(leaf -> leaf.entry() != null);

        decide(LATE, new Retention(365, false, false));
        retire();
        assertThat(oldEntries(LATE)).isZero();
        assertThat(exists("audit_leaves", MONTH)).isFalse();
    }

    @Test
    void monthsAreThoseOfUtc_whateverZoneTheSessionHas() throws Exception {
        HikariConfig config = new HikariConfig();
        config.setDataSource(database.logins().worker().dataSource());
        config.setConnectionInitSql("set time zone 'America/New_York'");
        try (HikariDataSource elsewhere = new HikariDataSource(config)) {
            retire(elsewhere);
        }
        assertThat(exists("audit_log", MONTH)).isFalse();
        assertThat(exists("audit_leaves", MONTH)).isFalse();
    }

    @Test
    void monthThatFails_keepsNoOtherFromItsEnd() throws Exception {
        YearMonth before = MONTH.minusMonths(1);
        partition("audit_log", before);
        act(ACME, before);
        act(GLOBEX, before);
        decide(GLOBEX, new Retention(365, true, false));
        asSuperuser("create table " + name("audit_log", before) + "_kept (in_the_way integer)");

        retire();
        assertThat(oldEntries(ACME)).isEqualTo(OLD);
        assertThat(oldEntries(GLOBEX)).isEqualTo(2 * OLD);

        asSuperuser("drop table " + name("audit_log", before) + "_kept");
        retire();
        assertThat(oldEntries(ACME)).isZero();
    }

    @Test
    void app_mayNotEndAnything_andWorkerNothingThatIsNotOver() throws Exception {
        assertThat(database.text(
                        "select has_function_privilege('scaivault_app', 'audit_retire(date, integer)', 'execute')"))
                .isEqualTo("f");
        try (Connection connection = worker.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select * from audit_retire(date_trunc('month', now())::date, 1)");
            statement.execute("select * from audit_retire('" + MONTH.atDay(2) + "', 1)");
            statement.execute("select * from audit_retire('1999-01-01', 1)");
        }
        assertThat(oldEntries(ACME)).isEqualTo(OLD);
        assertThat(tree.entries(ACME, OLD, OLD + NEW)).hasSize(NEW);
    }
}
