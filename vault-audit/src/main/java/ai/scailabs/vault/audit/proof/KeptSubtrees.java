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
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What proofs of later leaves need of leaves that end: the complete subtrees below the stored height that end where the last of them does. With the stored nodes, which stay, these are the frontier of the tree at
 * that place.
 */
public final class KeptSubtrees {
    private static final String CUTS = """
            select tenant_id, max(first_index + leaf_count) from audit_leaves where sequenced_at >= ? and sequenced_at < ? group by tenant_id
            """;

    private static final String LAST_LEAVES = """
            select first_index, hashes from audit_leaves
            where tenant_id = ? and first_index < ? and first_index + leaf_count > ? order by first_index
            """;

    private KeptSubtrees() {}

    /**
     * Stores them for all trees that have leaves of that month, which is one of UTC; again, it changes nothing.
     *
     * @param worker in auto-commit mode
     */
    public static void keep(Connection worker, LocalDate month) throws SQLException {
        for (Map.Entry<String, Long> cut : cuts(worker, month).entrySet()) {
            keep(worker, cut.getKey(), cut.getValue());
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

    private static void keep(Connection worker, String tenant, long cut) throws SQLException {
        long block = cut >>> GrowingTrees.STORED_HEIGHTS << GrowingTrees.STORED_HEIGHTS;
        Frontier part = new Frontier();
        try (PreparedStatement leaves = worker.prepareStatement(LAST_LEAVES);
                PreparedStatement node = worker.prepareStatement(
                        "insert into audit_node (tenant_id, height, node_index, hash) values (?, ?, ?, ?) on conflict do nothing")) {
            leaves.setString(1, tenant);
            leaves.setLong(2, cut);
            leaves.setLong(3, block);
            try (ResultSet row = leaves.executeQuery()) {
                while (row.next()) {
                    append(part, block, cut, row.getLong(1), row.getBytes(2));
                }
            }
            if (part.size() != cut - block) {
                return;
            }
            byte[] hashes = part.encoded();
            int number = 0;
            for (int height = GrowingTrees.STORED_HEIGHTS - 1; height >= 0; height--) {
                if ((cut >>> height & 1) == 1) {
                    node.setString(1, tenant);
                    node.setInt(2, height);
                    node.setLong(3, (cut >>> height) - 1);
                    node.setBytes(4, TreeHash.at(hashes, number++).bytes());
                    node.addBatch();
                }
            }
            node.executeBatch();
        }
    }

    private static void append(Frontier part, long block, long cut, long first, byte[] hashes) {
        for (int i = 0; i < hashes.length / TreeHash.LENGTH; i++) {
            long index = first + i;
            if (index >= block && index < cut) {
                part.append(TreeHash.at(hashes, i), (height, subtree, hash) -> {});
            }
        }
    }
}
