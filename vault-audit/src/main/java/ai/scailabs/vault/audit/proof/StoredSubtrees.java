package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.audit.merkle.Frontier;
import ai.scailabs.vault.audit.merkle.Subtrees;
import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.util.HashMap;
import java.util.Map;

/**
 * The subtrees of a tenant's tree, computed of those that are stored: up to 256 of the stored height below. What was read is remembered, as the subtrees of one proof lie side by side. For one question,
 * by one thread.
 */
final class StoredSubtrees implements Subtrees {
    private static final int WIDTH = 1 << GrowingTrees.STORED_HEIGHTS;

    private final TenantTransactions transactions;
    private final TenantId tenant;
    private final Map<Place, Map<Long, TreeHash>> rows = new HashMap<>();
    private final Map<Long, Map<Place, TreeHash>> kept = new HashMap<>();

    StoredSubtrees(TenantTransactions transactions, TenantId tenant) {
        this.transactions = transactions;
        this.tenant = tenant;
    }

    @Override
    public TreeHash hash(int height, long index) {
        int above = height % GrowingTrees.STORED_HEIGHTS;
        if (above == 0 && height > 0) {
            return stored(height, index);
        }
        int below = height - above;
        long first = index << above;
        Frontier subtree = new Frontier();
        try {
            for (long i = first; i < first + (1L << above); i++) {
                subtree.append(stored(below, i), (subtreeHeight, subtreeIndex, hash) -> {});
            }
            return subtree.root();
        } catch (LeafNotKept dropped) {
            return partlyKept(height, index);
        }
    }

    /** Under whose left part leaves are kept no longer: of them there is what they are to their neighbours. */
    private TreeHash partlyKept(int height, long index) {
        TreeHash kept = keptAround(index << height).get(new Place(height, index));
        if (kept != null) {
            return kept;
        }
        if (height == 0) {
            throw new VaultException(ErrorCode.NOT_FOUND, "The leaves that such a proof is made of are kept no longer");
        }
        return TreeHash.ofChildren(hash(height - 1, 2 * index), hash(height - 1, 2 * index + 1));
    }

    private TreeHash stored(int height, long index) {
        Place place = new Place(height, index / WIDTH);
        Map<Long, TreeHash> around = rows.computeIfAbsent(place, height == 0 ? this::leaves : this::nodes);
        TreeHash hash = around.get(index);
        if (hash == null) {
            throw new LeafNotKept();
        }
        return hash;
    }

    private Map<Long, TreeHash> nodes(Place place) {
        Map<Long, TreeHash> found = new HashMap<>();
        transactions.query(
                tenant,
                "select node_index, hash from audit_node where tenant_id = ? and height = ? and node_index >= ? and node_index < ?",
                (row, number) -> found.put(row.getLong(1), TreeHash.of(row.getBytes(2))),
                tenant.value(),
                place.height(),
                place.first(),
                place.end());
        return found;
    }

    private Map<Long, TreeHash> leaves(Place place) {
        Map<Long, TreeHash> found = new HashMap<>();
        for (LeafRows.Leaf leaf : new LeafRows(transactions).between(tenant, place.first(), place.end())) {
            found.put(leaf.index(), leaf.hash());
        }
        return found;
    }

    private Map<Place, TreeHash> keptAround(long leaf) {
        return kept.computeIfAbsent(leaf / WIDTH, block -> {
            Map<Place, TreeHash> found = new HashMap<>();
            transactions.query(
                    tenant,
                    """
                    select height, node_index, hash from audit_node
                    where tenant_id = ? and height < ? and node_index << height >= ? and node_index << height < ?
                    """,
                    (row, number) -> found.put(new Place(row.getInt(1), row.getLong(2)), TreeHash.of(row.getBytes(3))),
                    tenant.value(),
                    GrowingTrees.STORED_HEIGHTS,
                    block * WIDTH,
                    (block + 1) * WIDTH);
            return found;
        });
    }

    private record Place(int height, long number) {
        long first() {
            return number * WIDTH;
        }

        long end() {
            return first() + WIDTH;
        }
    }

    private static final class LeafNotKept extends RuntimeException {
        private static final long serialVersionUID = 1;

        LeafNotKept() {
            super(null, null, false, false);
        }
    }
}
