package ai.scailabs.vault.audit.retention;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.AuditDatabase;
import ai.scailabs.vault.audit.merkle.Frontier;
import ai.scailabs.vault.audit.merkle.ProofCheck;
import ai.scailabs.vault.audit.merkle.TreeHash;
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
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    /** A few entries a month, so that many months lie under one stored subtree. */
    private static final TenantId SMALL = new TenantId("tnt_small");
    /** With months in which it does nothing. */
    private static final TenantId RARE = new TenantId("tnt_rare");

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
        act(tenant, month, OLD);
    }

    private void act(TenantId tenant, YearMonth month, int entries) throws SQLException {
        asSuperuser("""
                insert into audit_log (tenant_id, occurred_at, log_id, action, success, duration_ms, request_id)
                select '%s', timestamptz '%s' + n * interval '1 minute', gen_random_uuid(), 'read', true, 1, 'req_' || n from generate_series(1, %d) n
                """.formatted(tenant, starts(month), entries));
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
    void smallMonths_endOneAfterAnother_andWhatIsLeftIsProvenEachTime() throws Exception {
        Map<TenantId, List<Integer>> acted =
                Map.of(SMALL, List.of(50, 50, 50, 50, 50, 50, 7), RARE, List.of(37, 0, 41, 0, 0, 1, 0));
        Map<TenantId, List<Long>> cuts = Map.of(SMALL, new ArrayList<>(), RARE, new ArrayList<>());
        Map<TenantId, List<TreeHash>> leaves = Map.of(SMALL, new ArrayList<>(), RARE, new ArrayList<>());
        for (int i = 0; i < 7; i++) {
            months(i);
            for (TenantId tenant : acted.keySet()) {
                act(tenant, month(i), acted.get(tenant).get(i));
            }
            sequenceIn(month(i));
            for (TenantId tenant : acted.keySet()) {
                cuts.get(tenant).add(tree.head(tenant).size());
            }
        }
        assertThat(cuts.get(SMALL)).containsExactly(50L, 100L, 150L, 200L, 250L, 300L, 307L);

        for (int ended = 0; ended < 7; ended++) {
            decide(SMALL, new Retention(daysToKeepAfter(ended), false, false));
            for (TenantId tenant : acted.keySet()) {
                remember(tenant, leaves.get(tenant));
            }
            retire();
            for (int i = 0; i < 7; i++) {
                assertThat(exists("audit_leaves", month(i)))
                        .as("leaves of %s, when %s end", i, ended)
                        .isEqualTo(i > ended);
            }
            for (TenantId tenant : acted.keySet()) {
                remember(tenant, leaves.get(tenant));
                requireProven(tenant, cuts.get(tenant).get(ended), leaves.get(tenant));
            }
        }
    }

    private static YearMonth month(int number) {
        return MONTH.plusMonths(1 + number);
    }

    private void months(int number) throws SQLException {
        partition("audit_log", month(number));
        partition("audit_leaves", month(number));
    }

    /** With which the months up to that one have ended, and the next has not. */
    private static int daysToKeepAfter(int number) {
        return (int) ChronoUnit.DAYS.between(month(number + 1).atDay(1), LocalDate.now(ZoneOffset.UTC)) - 1;
    }

    private void remember(TenantId tenant, List<TreeHash> leaves) {
        tree.entries(tenant, leaves.size(), tree.head(tenant).size()).forEach(leaf -> leaves.add(leaf.hash()));
        assertThat(leaves).hasSize((int) tree.head(tenant).size());
    }

    /** That all from there on is proven, by a tree that was made of all leaves. */
    private void requireProven(TenantId tenant, long from, List<TreeHash> leaves) throws SQLException {
        long size = leaves.size();
        TreeHash root = root(leaves);
        for (long i = from; i <= size; i++) {
            TreeHash earlier = root(leaves.subList(0, (int) i));
            assertThat(tree.root(tenant, i)).isEqualTo(earlier);
            assertThat(ProofCheck.consistency(i, earlier, size, root, tree.consistency(tenant, i, size)))
                    .isTrue();
            if (i < size) {
                assertThat(ProofCheck.inclusion(leaves.get((int) i), i, size, tree.inclusion(tenant, i, size), root))
                        .isTrue();
            }
        }
        try (Connection connection = worker.getConnection();
                Statement statement = connection.createStatement();
                ResultSet node = statement.executeQuery("select node_index << height, (node_index + 1) << height, hash"
                        + " from audit_node where tenant_id = '" + tenant + "'")) {
            while (node.next()) {
                assertThat(TreeHash.of(node.getBytes(3)))
                        .isEqualTo(root(leaves.subList(node.getInt(1), node.getInt(2))));
            }
        }
    }

    private static TreeHash root(List<TreeHash> leaves) {
        Frontier frontier = new Frontier();
        leaves.forEach(leaf -> frontier.append(leaf, (height, index, hash) -> {}));
        return frontier.root();
    }

    @Test
    void monthBetweenTwoThatAreKept_ends_andTheNextEndsToo() throws Exception {
        List<TreeHash> leaves = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            months(i);
            act(SMALL, month(i), 10 + i);
            sequenceIn(month(i));
        }
        act(RARE, month(0), 10);
        sequenceIn(month(0));
        decide(RARE, new Retention(365, true, false));
        decide(SMALL, new Retention(365, false, false));
        remember(SMALL, leaves);

        retire();
        remember(SMALL, leaves);
        assertThat(exists("audit_leaves", month(0))).isTrue();
        assertThat(exists("audit_leaves", month(1))).isFalse();
        assertThat(exists("audit_leaves", month(2))).isFalse();
        requireProven(SMALL, 33, leaves);
    }

    @Test
    void lostNodes_keepTheLeavesOfMonthsThatNeedThem_andNoEntries() throws Exception {
        List<TreeHash> leaves = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            months(i);
            act(SMALL, month(i), i == 2 ? 200 : 50);
            act(RARE, month(i), 10);
            sequenceIn(month(i));
        }
        decide(SMALL, new Retention(daysToKeepAfter(0), false, false));
        remember(SMALL, leaves);
        retire();
        assertThat(exists("audit_leaves", month(0))).isFalse();
        asSuperuser("create table lost as select tenant_id, height, node_index, hash from audit_node"
                + " where tenant_id = '" + SMALL
                + "' and (node_index + 1) << height <= 50; alter table audit_node disable trigger append_only;"
                + "delete from audit_node where tenant_id = '" + SMALL + "' and height < 8;"
                + "alter table audit_node enable always trigger append_only");

        decide(SMALL, new Retention(daysToKeepAfter(3), false, false));
        retire();
        remember(SMALL, leaves);
        assertThat(oldEntries(SMALL)).isZero();
        assertThat(oldEntries(RARE)).isZero();
        assertThat(exists("audit_log", month(1))).isFalse();
        assertThat(exists("audit_leaves", month(1))).as("needs what is lost").isTrue();
        assertThat(exists("audit_leaves", month(2)))
                .as("goes beyond the stored subtree")
                .isFalse();
        assertThat(exists("audit_leaves", month(3))).isFalse();
        requireProven(SMALL, 350, leaves);

        asSuperuser("insert into audit_node (tenant_id, height, node_index, hash)"
                + " select tenant_id, height, node_index, hash from lost");
        retire();
        remember(SMALL, leaves);
        assertThat(exists("audit_leaves", month(1))).isFalse();
        requireProven(SMALL, 350, leaves);
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
