package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.audit.merkle.Frontier;
import ai.scailabs.vault.audit.merkle.TreeHash;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What proofs of later leaves need of leaves that end: the complete subtrees below the stored height that end where the last of them does. With the stored nodes, which stay, these are the frontier of the tree at
 * that place.
 */
public final class KeptSubtrees {
    private static final Logger LOG = LoggerFactory.getLogger(KeptSubtrees.class);
    /** Leaves under a stored node. */
    private static final int BLOCK = 1 << GrowingTrees.STORED_HEIGHTS;

    private static final String CUTS = """
            select tenant_id, max(first_index + leaf_count) from audit_leaves where sequenced_at >= ? and sequenced_at < ? group by tenant_id
            """;

    /** From the row on that the block begins in, so that of a large tree no more is read than of a small one. */
    private static final String LAST_LEAVES = """
            select first_index, hashes from audit_leaves
            where tenant_id = ? and first_index < ?
                and first_index >= coalesce((select max(l.first_index) from audit_leaves l where l.tenant_id = ? and l.first_index <= ?), 0)
            order by first_index
            """;

    /** The frontier of the leaves of the block before an index, from left to right. */
    private static final String KEPT = """
            select height, hash from audit_node
            where tenant_id = ? and height < ? and (? >> height) & 1 = 1 and node_index = (? >> height) - 1
            order by height desc
            """;

    private static final String NODE =
            "insert into audit_node (tenant_id, height, node_index, hash) values (?, ?, ?, ?) on conflict do nothing";

    private KeptSubtrees() {}

    /**
     * Stores them for all trees that have leaves of that month, which is one of UTC; again, it changes nothing. Where earlier leaves have ended and what was kept of them is gone, it stores nothing and says so.
     *
     * @param worker in auto-commit mode
     */
    public static void keep(Connection worker, LocalDate month) throws SQLException {
        for (Map.Entry<String, Long> cut : cuts(worker, month).entrySet()) {
            keep(worker, month, cut.getKey(), cut.getValue());
        }
    }

    private static Map<String, Long> cuts(Connection worker, LocalDate month) throws SQLException {
        Map<String, Long> cuts = new LinkedHashMap<>();
        try (PreparedStatement statement = worker.prepareStatement(CUTS)) {
            statement.setObject(1, start(month));
            statement.setObject(2, start(month.plusMonths(1)));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    cuts.put(row.getString(1), row.getLong(2));
                }
            }
        }
        return cuts;
    }

    private static OffsetDateTime start(LocalDate month) {
        return month.atStartOfDay().atOffset(ZoneOffset.UTC);
    }

    private static void keep(Connection worker, LocalDate month, String tenant, long cut) throws SQLException {
        Run run = lastLeaves(worker, tenant, cut);
        Frontier part = kept(worker, tenant, run.first);
        if (part.size() != run.first % BLOCK) {
            LOG.warn(
                    "the leaves of {} of the audit log of {} stay: what was kept of those before leaf {} is gone, and proofs of later ones need it",
                    month,
                    tenant,
                    run.first);
            return;
        }
        for (TreeHash leaf : run.leaves) {
            part.append(leaf, (height, subtree, hash) -> {});
        }
        store(worker, tenant, cut, part.encoded());
    }

    /** Of the block those that end at the cut without a gap: of earlier months some may have ended, not always the first. */
    private static Run lastLeaves(Connection worker, String tenant, long cut) throws SQLException {
        long block = cut / BLOCK * BLOCK;
        Run run = new Run(block);
        try (PreparedStatement statement = worker.prepareStatement(LAST_LEAVES)) {
            statement.setString(1, tenant);
            statement.setLong(2, cut);
            statement.setString(3, tenant);
            statement.setLong(4, block);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    long first = row.getLong(1);
                    byte[] hashes = row.getBytes(2);
                    long end = Math.min(first + hashes.length / TreeHash.LENGTH, cut);
                    for (long index = Math.max(first, block); index < end; index++) {
                        run.add(index, TreeHash.at(hashes, (int) (index - first)));
                    }
                }
            }
        }
        return run;
    }

    /** Shorter than up to the index when something is missing. */
    private static Frontier kept(Connection worker, String tenant, long index) throws SQLException {
        Frontier part = new Frontier();
        try (PreparedStatement statement = worker.prepareStatement(KEPT)) {
            statement.setString(1, tenant);
            statement.setInt(2, GrowingTrees.STORED_HEIGHTS);
            statement.setLong(3, index);
            statement.setLong(4, index);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    part.appendSubtree(row.getInt(1), TreeHash.of(row.getBytes(2)));
                }
            }
        }
        return part;
    }

    private static void store(Connection worker, String tenant, long cut, byte[] frontier) throws SQLException {
        try (PreparedStatement node = worker.prepareStatement(NODE)) {
            int number = 0;
            for (int height = GrowingTrees.STORED_HEIGHTS - 1; height >= 0; height--) {
                if ((cut >>> height & 1) == 1) {
                    node.setString(1, tenant);
                    node.setInt(2, height);
                    node.setLong(3, (cut >>> height) - 1);
                    node.setBytes(4, TreeHash.at(frontier, number++).bytes());
                    node.addBatch();
                }
            }
            node.executeBatch();
        }
    }

    /** Leaves side by side. */
    private static final class Run {
        private final List<TreeHash> leaves = new ArrayList<>();
        private long first;

        Run(long first) {
            this.first = first;
        }

        void add(long index, TreeHash leaf) {
            if (index != first + leaves.size()) {
                leaves.clear();
                first = index;
            }
            leaves.add(leaf);
        }
    }
}
