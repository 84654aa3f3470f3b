package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.audit.log.EntryRows;
import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.audit.merkle.Frontier;
import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.audit.merkle.TreeProofs;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;

/** The tree over the log of a tenant: what lies in it, and proofs of it. Sizes are those that the tree has reached; entries of the last moments are not in it yet. Thread-safe. */
public final class LogTree {
    /** Between the clock by which an id was made and that of the database, and of a sequencer that waited. */
    private static final List<Duration> APART = List.of(Duration.ofMinutes(5), Duration.ofDays(36_500));

    private final TenantTransactions transactions;
    private final LeafRows rows;

    public LogTree(TenantTransactions transactions) {
        this.transactions = transactions;
        this.rows = new LeafRows(transactions);
    }

    /** As it is now; of the size 0 for a tenant of which nothing was recorded. */
    public TreeHead head(TenantId tenant) {
        return transactions
                .queryOne(
                        tenant,
                        "select tree_size, frontier from audit_tree_head where tenant_id = ?",
                        (row, number) -> {
                            long size = row.getLong(1);
                            return new TreeHead(
                                    size, Frontier.of(size, row.getBytes(2)).root());
                        },
                        tenant.value())
                .orElse(new TreeHead(0, TreeHash.EMPTY));
    }

    /** The root that the tree had at that size, computed of its subtrees. */
    public TreeHash root(TenantId tenant, long size) {
        requireReached(tenant, size, "size");
        return proofs(tenant).root(size);
    }

    /**
     * That the entry lies at that index in the tree of that size, the nearest hash first.
     *
     * @throws VaultException {@code validation_error} for a size that the tree has not, or an index that is not below it; {@code not_found} when the leaves are kept no longer
     */
    public List<TreeHash> inclusion(TenantId tenant, long index, long size) {
        requireReached(tenant, size, "size");
        if (index < 0 || index >= size) {
            throw VaultException.invalidField("index", "must be below size");
        }
        return proofs(tenant).inclusion(index, size);
    }

    /**
     * That the tree of the first size is the beginning of that of the second.
     *
     * @throws VaultException as {@link #inclusion}
     */
    public List<TreeHash> consistency(TenantId tenant, long first, long second) {
        requireReached(tenant, second, "second");
        if (first < 0 || first > second) {
            throw VaultException.invalidField("first", "must not be above second");
        }
        return proofs(tenant).consistency(first, second);
    }

    private void requireReached(TenantId tenant, long size, String field) {
        if (size < 0 || size > head(tenant).size()) {
            throw VaultException.invalidField(field, "is a size that the tree does not have");
        }
    }

    private TreeProofs proofs(TenantId tenant) {
        return new TreeProofs(new StoredSubtrees(transactions, tenant));
    }

    /** The hash of a complete subtree of the tree: by {@code 2^height} leaves. */
    public TreeHash subtree(TenantId tenant, int height, long index) {
        return new StoredSubtrees(transactions, tenant).hash(height, index);
    }

    /** The index of the entry of that id; empty when there is none, or it is not in the tree yet. */
    public OptionalLong indexOf(TenantId tenant, UUID id) {
        Instant madeAt = Ids.madeAt(id);
        for (Duration apart : APART) {
            List<Long> found = transactions.query(
                    tenant,
                    """
                    select first_index + array_position(log_ids, ?::uuid) - 1 from audit_leaves
                    where tenant_id = ? and sequenced_at between ?::timestamptz and ?::timestamptz and ?::uuid = any (log_ids)
                    limit 1
                    """,
                    (row, number) -> row.getLong(1),
                    id,
                    tenant.value(),
                    madeAt.minus(apart),
                    madeAt.plus(apart),
                    id);
            if (!found.isEmpty()) {
                return OptionalLong.of(found.getFirst());
            }
        }
        return OptionalLong.empty();
    }

    /**
     * What lies at the indexes from the first to before the second, as far as the tree reaches.
     *
     * @param to at most some thousands more than {@code from}
     */
    public List<IndexedLeaf> entries(TenantId tenant, long from, long to) {
        List<LeafRows.Leaf> leaves = rows.between(tenant, from, to);
        Map<UUID, RecordedEntry> found = found(tenant, leaves);
        List<IndexedLeaf> indexed = new ArrayList<>(leaves.size());
        for (LeafRows.Leaf leaf : leaves) {
            RecordedEntry entry = found.get(leaf.id());
            indexed.add(new IndexedLeaf(leaf.index(), leaf.hash(), entry));
        }
        return indexed;
    }

    private Map<UUID, RecordedEntry> found(TenantId tenant, List<LeafRows.Leaf> leaves) {
        Map<UUID, RecordedEntry> found = new HashMap<>();
        if (!leaves.isEmpty()) {
            transactions.query(
                    tenant,
                    "select " + EntryRows.COLUMNS + """
                     from unnest(?::timestamptz[], ?::uuid[]) as k (occurred_at, log_id)
                    join audit_log a on a.tenant_id = ? and a.occurred_at = k.occurred_at and a.log_id = k.log_id
                    """,
                    (row, number) -> {
                        RecordedEntry entry = EntryRows.read(row);
                        return found.put(entry.id(), entry);
                    },
                    leaves.stream().map(leaf -> leaf.occurredAt().toString()).toArray(String[]::new),
                    leaves.stream().map(leaf -> leaf.id().toString()).toArray(String[]::new),
                    tenant.value());
        }
        return found;
    }
}
