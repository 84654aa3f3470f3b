package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.audit.merkle.Frontier;
import ai.scailabs.vault.audit.merkle.TreeHash;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Appends leaves to the trees of many tenants at once. Of an entry it keeps the hash, the id and the time, until they are written. Not thread-safe. */
final class GrowingTrees {
    /** Subtrees of the heights 8, 16 and so on are kept, so that a proof is made of a few hundred hashes. */
    static final int STORED_HEIGHTS = 8;

    private static final String HEADS =
            "select tenant_id, tree_size, frontier from audit_tree_head where tenant_id = any (?)";

    private static final String LEAVES = """
            insert into audit_leaves (tenant_id, first_index, leaf_count, hashes, log_ids, occurred_at)
            select ?, ?, ?, ?, ?, array(
                select timestamptz 'epoch' + micros * interval '1 microsecond' from unnest(?::bigint[]) with ordinality as at (micros, place) order by place)
            """;

    private static final String NODE =
            "insert into audit_node (tenant_id, height, node_index, hash) values (?, ?, ?, ?)";

    /** Changes nothing when the tree has not the size that it had: two would be at it. */
    private static final String HEAD = """
            insert into audit_tree_head (tenant_id, tree_size, frontier, sequenced_at) values (?, ?, ?, now())
            on conflict (tenant_id) do update set tree_size = excluded.tree_size, frontier = excluded.frontier, sequenced_at = excluded.sequenced_at
            where audit_tree_head.tree_size = ?
            """;

    private final Connection connection;
    private final Map<String, List<Leaf>> waiting = new LinkedHashMap<>();
    private int waitingCount;
    private long appended;

    GrowingTrees(Connection connection) {
        this.connection = connection;
    }

    void add(RecordedEntry entry) {
        waiting.computeIfAbsent(entry.tenantId(), tenant -> new ArrayList<>())
                .add(new Leaf(TreeHash.ofLeaf(CanonicalEntry.leaf(entry)), entry.id(), entry.occurredAt()));
        waitingCount++;
    }

    int waitingCount() {
        return waitingCount;
    }

    /** How many leaves were written. */
    long appended() {
        return appended;
    }

    /** In a few round trips, whatever waits. */
    void write() throws SQLException {
        Map<String, Frontier> frontiers = frontiers();
        try (PreparedStatement leaves = connection.prepareStatement(LEAVES);
                PreparedStatement nodes = connection.prepareStatement(NODE);
                PreparedStatement heads = connection.prepareStatement(HEAD)) {
            for (Map.Entry<String, List<Leaf>> each : waiting.entrySet()) {
                String tenant = each.getKey();
                Frontier frontier = frontiers.getOrDefault(tenant, new Frontier());
                long before = frontier.size();
                batch(leaves, tenant, before, each.getValue());
                for (Leaf leaf : each.getValue()) {
                    append(frontier, leaf, tenant, nodes);
                }
                heads.setString(1, tenant);
                heads.setLong(2, frontier.size());
                heads.setBytes(3, frontier.encoded());
                heads.setLong(4, before);
                heads.addBatch();
            }
            leaves.executeBatch();
            nodes.executeBatch();
            requireOneEach(heads.executeBatch());
        }
        appended += waitingCount;
        waiting.clear();
        waitingCount = 0;
    }

    private Map<String, Frontier> frontiers() throws SQLException {
        Map<String, Frontier> frontiers = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(HEADS)) {
            statement.setArray(
                    1, connection.createArrayOf("text", waiting.keySet().toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    frontiers.put(row.getString(1), Frontier.of(row.getLong(2), row.getBytes(3)));
                }
            }
        }
        return frontiers;
    }

    private void batch(PreparedStatement statement, String tenant, long firstIndex, List<Leaf> leaves)
            throws SQLException {
        byte[] hashes = new byte[leaves.size() * TreeHash.LENGTH];
        for (int i = 0; i < leaves.size(); i++) {
            leaves.get(i).hash().copyTo(hashes, i);
        }
        statement.setString(1, tenant);
        statement.setLong(2, firstIndex);
        statement.setInt(3, leaves.size());
        statement.setBytes(4, hashes);
        statement.setArray(
                5,
                connection.createArrayOf("uuid", leaves.stream().map(Leaf::id).toArray()));
        // As numbers, which neither side has to write out and read.
        statement.setObject(
                6,
                leaves.stream()
                        .mapToLong(leaf -> ChronoUnit.MICROS.between(Instant.EPOCH, leaf.occurredAt()))
                        .toArray());
        statement.addBatch();
    }

    private static void append(Frontier frontier, Leaf leaf, String tenant, PreparedStatement nodes)
            throws SQLException {
        List<Completed> completed = new ArrayList<>(0);
        frontier.append(leaf.hash(), (height, index, hash) -> {
            if (height > 0 && height % STORED_HEIGHTS == 0) {
                completed.add(new Completed(height, index, hash));
            }
        });
        for (Completed subtree : completed) {
            nodes.setString(1, tenant);
            nodes.setInt(2, subtree.height());
            nodes.setLong(3, subtree.index());
            nodes.setBytes(4, subtree.hash().bytes());
            nodes.addBatch();
        }
    }

    private static void requireOneEach(int[] counts) throws SQLException {
        for (int count : counts) {
            if (count != 1) {
                throw new SQLException("a tree grew meanwhile: another sequencer is at work");
            }
        }
    }

    private record Leaf(TreeHash hash, UUID id, Instant occurredAt) {}

    private record Completed(int height, long index, TreeHash hash) {}
}
