package ai.scailabs.vault.audit.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.audit.AuditDatabase;
import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.audit.merkle.GrownTree;
import ai.scailabs.vault.audit.merkle.ProofCheck;
import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SequencerTest {
    private AuditDatabase database;
    private HikariDataSource worker;
    private LogTree tree;
    private final List<RecordedEntry> shown = new ArrayList<>();
    private Sequencer sequencer;

    @BeforeEach
    void open() {
        database = AuditDatabase.open();
        worker = database.worker();
        tree = new LogTree(database.tenants());
        sequencer = new Sequencer(worker, (connection, entries) -> shown.addAll(entries), Clock.systemUTC());
    }

    @AfterEach
    void close() {
        worker.close();
        database.close();
    }

    @Test
    void entriesOfTwoTenants_growTwoTrees() {
        List<AuditEntry> acme = append(AuditDatabase.ACME, 600);
        append(AuditDatabase.GLOBEX, 3);
        sequencer.run();
        append(AuditDatabase.ACME, 1);
        sequencer.run();
        sequencer.run();

        assertTreeIsLog(AuditDatabase.ACME, 601);
        assertTreeIsLog(AuditDatabase.GLOBEX, 3);
        assertThat(shown).hasSize(604);
        assertThat(sequencer.leafCount()).isEqualTo(604);
        assertThat(tree.indexOf(AuditDatabase.ACME, acme.get(17).id())).hasValue(17);
        assertThat(tree.indexOf(AuditDatabase.GLOBEX, acme.get(17).id())).isEmpty();
        assertThat(tree.indexOf(AuditDatabase.ACME, UUID.randomUUID())).isEmpty();
    }

    @Test
    void tenantWithoutEntries_hasAnEmptyTree() {
        sequencer.run();

        assertThat(tree.head(AuditDatabase.ACME)).isEqualTo(new TreeHead(0, TreeHash.EMPTY));
        assertThat(tree.entries(AuditDatabase.ACME, 0, 10)).isEmpty();
        assertThat(tree.consistency(AuditDatabase.ACME, 0, 0)).isEmpty();
    }

    @Test
    void everyProofOfTheStoredTree_holds() {
        append(AuditDatabase.ACME, 700);
        sequencer.run();
        GrownTree grown = grown(AuditDatabase.ACME, 700);
        for (int size : new int[] {1, 2, 255, 256, 257, 512, 513, 700}) {
            assertThat(tree.root(AuditDatabase.ACME, size)).isEqualTo(grown.root(size));
            for (int index = 0; index < size; index += 85) {
                assertThat(ProofCheck.inclusion(
                                grown.leaf(index),
                                index,
                                size,
                                tree.inclusion(AuditDatabase.ACME, index, size),
                                grown.root(size)))
                        .isTrue();
            }
            assertThat(ProofCheck.consistency(
                            size,
                            grown.root(size),
                            700,
                            grown.root(700),
                            tree.consistency(AuditDatabase.ACME, size, 700)))
                    .isTrue();
        }
    }

    @Test
    void sizesThatTheTreeHasNot_areRefused() {
        append(AuditDatabase.ACME, 5);
        sequencer.run();

        assertThatThrownBy(() -> tree.inclusion(AuditDatabase.ACME, 0, 6)).isInstanceOf(VaultException.class);
        assertThatThrownBy(() -> tree.inclusion(AuditDatabase.ACME, 5, 5)).isInstanceOf(VaultException.class);
        assertThatThrownBy(() -> tree.inclusion(AuditDatabase.ACME, -1, 5)).isInstanceOf(VaultException.class);
        assertThatThrownBy(() -> tree.consistency(AuditDatabase.ACME, 3, 2)).isInstanceOf(VaultException.class);
        assertThatThrownBy(() -> tree.consistency(AuditDatabase.ACME, 1, Long.MAX_VALUE))
                .isInstanceOf(VaultException.class);
        assertThatThrownBy(() -> tree.inclusion(AuditDatabase.GLOBEX, 0, 1)).isInstanceOf(VaultException.class);
    }

    @Test
    void transactionThatCommitsLate_isNotSkipped() throws SQLException {
        AuditEntry late = database.read(AuditDatabase.ACME, "app/late", null);
        try (Connection slow = database.logins().app().dataSource().getConnection()) {
            slow.setAutoCommit(false);
            insert(slow, late);
            append(AuditDatabase.ACME, 10);
            sequencer.run();
            // Ten are committed, but what came before them is not known yet.
            assertThat(tree.head(AuditDatabase.ACME).size()).isZero();
            slow.commit();
        }
        sequencer.run();

        assertTreeIsLog(AuditDatabase.ACME, 11);
        assertThat(tree.indexOf(AuditDatabase.ACME, late.id())).isPresent();
    }

    @Test
    void transactionThatRollsBack_leavesNoGap() throws SQLException {
        try (Connection undecided = database.logins().app().dataSource().getConnection()) {
            undecided.setAutoCommit(false);
            insert(undecided, database.read(AuditDatabase.ACME, "app/undone", null));
            append(AuditDatabase.ACME, 2);
            undecided.rollback();
        }
        append(AuditDatabase.ACME, 2);
        sequencer.run();

        assertTreeIsLog(AuditDatabase.ACME, 4);
    }

    @Test
    void stepThatBreaksOff_isDoneAnew() {
        append(AuditDatabase.ACME, 4);
        Sequencer broken = new Sequencer(
                worker,
                (connection, entries) -> {
                    throw new SQLException("broken off");
                },
                Clock.systemUTC());
        broken.run();
        assertThat(tree.head(AuditDatabase.ACME).size()).isZero();
        assertThat(broken.caughtUpAt()).isNull();

        sequencer.run();

        assertTreeIsLog(AuditDatabase.ACME, 4);
        assertThat(sequencer.caughtUpAt()).isNotNull();
    }

    @Test
    void entriesOfBeforeThereWereTrees_comeFirst() throws SQLException {
        append(AuditDatabase.ACME, 8);
        unlocked("update audit_log set written_in = 0");
        append(AuditDatabase.ACME, 4);
        sequencer.run();

        assertTreeIsLog(AuditDatabase.ACME, 12);
    }

    @Test
    void databaseRestoredElsewhere_goesOnWithoutGapAndWithoutDouble() throws SQLException {
        append(AuditDatabase.ACME, 20);
        sequencer.run();
        // As if these numbers came from a database that had seen a billion transactions more.
        unlocked("update audit_log set written_in = written_in + 1000000000;"
                + "update audit_sequence set position = position + 1000000000");
        append(AuditDatabase.ACME, 5);
        sequencer.run();
        append(AuditDatabase.ACME, 5);
        sequencer.run();
        assertTreeIsLog(AuditDatabase.ACME, 30);

        assertThat(database.text("select base > 999000000 and not recount from audit_sequence"))
                .isEqualTo("t");
        append(AuditDatabase.GLOBEX, 1);
        sequencer.run();
        assertTreeIsLog(AuditDatabase.GLOBEX, 1);
    }

    @Test
    void appRole_cannotSayWhenAnEntryWasWritten() {
        assertThatThrownBy(() -> {
                    try (Connection app = database.logins().app().dataSource().getConnection();
                            Statement statement = app.createStatement()) {
                        statement.execute("set app.tenant_id = 'tnt_acme'");
                        statement.execute(
                                "insert into audit_log (tenant_id, occurred_at, log_id, action, success, duration_ms, request_id, written_in)"
                                        + " values ('tnt_acme', now(), gen_random_uuid(), 'read', true, 1, 'req_12345678', 1)");
                    }
                })
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("permission denied");
    }

    private List<AuditEntry> append(TenantId tenant, int count) {
        List<AuditEntry> entries = new ArrayList<>();
        try (AuditTrail trail = new AuditTrail(database.committer())) {
            for (int i = 0; i < count; i++) {
                AuditEntry entry = database.read(tenant, "app/secret-" + i, "agent \"" + i + "\" é\u2028\t");
                entries.add(entry);
                trail.append(entry).await();
            }
        }
        return entries;
    }

    private static void insert(Connection connection, AuditEntry entry) throws SQLException {
        try (Statement tenant = connection.createStatement();
                PreparedStatement statement = connection.prepareStatement(AuditRows.INSERT)) {
            tenant.execute("set local app.tenant_id = '" + entry.tenant().value() + "'");
            AuditRows.bind(statement, 1, entry);
            statement.executeUpdate();
        }
    }

    /** As who takes the lock off, and puts it on again. */
    private void unlocked(String sql) throws SQLException {
        asSuperuser("alter table only audit_log disable trigger append_only;" + sql
                + "; alter table only audit_log enable always trigger append_only");
    }

    private void asSuperuser(String sql) throws SQLException {
        try (Connection connection = database.logins().superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** As many leaves as entries, each the hash of an entry that is there, and the root that of all of them. */
    private void assertTreeIsLog(TenantId tenant, int size) {
        TreeHead head = tree.head(tenant);
        assertThat(head.size()).isEqualTo(size);
        assertThat(grown(tenant, size).root(size)).isEqualTo(head.root());
        assertThat(tree.root(tenant, size)).isEqualTo(head.root());
    }

    private GrownTree grown(TenantId tenant, int size) {
        List<IndexedLeaf> leaves = tree.entries(tenant, 0, size + 1L);
        assertThat(leaves).hasSize(size);
        assertThat(leaves.stream().map(leaf -> leaf.entry().id()).distinct()).hasSize(size);
        GrownTree grown = new GrownTree();
        for (int i = 0; i < size; i++) {
            byte[] leaf = CanonicalEntry.leaf(leaves.get(i).entry());
            assertThat(leaves.get(i).index()).isEqualTo(i);
            assertThat(leaves.get(i).hash()).isEqualTo(TreeHash.ofLeaf(leaf));
            grown.add(leaf);
        }
        return grown;
    }
}
