package ai.scailabs.vault.server.slow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.merkle.Frontier;
import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.audit.proof.CanonicalEntry;
import ai.scailabs.vault.audit.proof.IndexedLeaf;
import ai.scailabs.vault.audit.proof.LogTree;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Whether the tree over a tenant's log is its log: as many leaves as rows, each once, in places without a gap, and the root that of all of them. */
final class TreeCheck {
    private static final int PAGE = 1_000;
    private static final long PATIENCE_SECONDS = 30;

    private final TestDatabase database;
    private final TenantId tenant;

    TreeCheck(TestDatabase database, TenantId tenant) {
        this.database = database;
        this.tenant = tenant;
    }

    /** Tells how many leaves there are. Nothing may be written meanwhile, or not by much. */
    long check() throws SQLException {
        LogTree tree = new LogTree(new TenantTransactions(database.app().dataSource()));
        long rows = awaitSequencer(tree);
        Frontier grown = new Frontier();
        Set<UUID> seen = new HashSet<>();
        while (grown.size() < rows) {
            List<IndexedLeaf> page = tree.entries(tenant, grown.size(), Math.min(rows, grown.size() + PAGE));
            assertThat(page).as("leaves from " + grown.size()).isNotEmpty();
            for (IndexedLeaf leaf : page) {
                assertThat(leaf.index()).as("a gap").isEqualTo(grown.size());
                assertThat(leaf.entry()).as("the entry of " + leaf).isNotNull();
                assertThat(seen.add(leaf.entry().id()))
                        .as("twice: " + leaf.entry().id())
                        .isTrue();
                TreeHash hash = TreeHash.ofLeaf(CanonicalEntry.leaf(leaf.entry()));
                assertThat(leaf.hash()).isEqualTo(hash);
                grown.append(hash, (height, index, subtree) -> {});
            }
        }
        assertThat(tree.root(tenant, rows)).isEqualTo(grown.root());
        return rows;
    }

    private long awaitSequencer(LogTree tree) throws SQLException {
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        long rows = rows();
        while (tree.head(tenant).size() < rows) {
            assertThat(System.nanoTime())
                    .as(
                            "the tree of %d rows has %d leaves",
                            rows, tree.head(tenant).size())
                    .isLessThan(patience);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        return rows;
    }

    private long rows() throws SQLException {
        try (Connection connection = database.superuser().dataSource().getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("select count(*) from audit_log where tenant_id = ?")) {
            statement.setString(1, tenant.value());
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return result.getLong(1);
            }
        }
    }
}
