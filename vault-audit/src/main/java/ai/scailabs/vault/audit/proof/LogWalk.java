package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.audit.log.EntryRows;
import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;

/** Goes through the leaves of a tree in their order, with the entries that they stand for, however many there are: some thousands are in memory. Not thread-safe. */
public final class LogWalk {
    /** Of one batch. */
    public static final int MOST = 2_048;

    /** The next rows, until they hold enough leaves. One row may hold some ten thousands. */
    private static final String ROWS = """
            select first_index, hashes, log_ids, occurred_at
            from (select l.*, sum(l.leaf_count) over (order by l.first_index) - l.leaf_count as before
                from (select first_index, leaf_count, hashes, log_ids, occurred_at from audit_leaves
                    where tenant_id = ? and first_index < ?
                        and first_index >= coalesce((select max(f.first_index) from audit_leaves f where f.tenant_id = ? and f.first_index <= ?), 0)
                    order by first_index limit 2048) l) r
            where before < 4096
            order by first_index
            """;

    private static final String ENTRIES = "select " + EntryRows.COLUMNS + """
             from unnest(?::timestamptz[], ?::uuid[]) as k (occurred_at, log_id)
            join audit_log a on a.tenant_id = ? and a.occurred_at = k.occurred_at and a.log_id = k.log_id
            """;

    private final TenantTransactions transactions;
    private final TenantId tenant;
    private final long end;
    private final ArrayDeque<LeafRows.Leaf> ahead = new ArrayDeque<>();
    private long next;

    /**
     * @param from the first index
     * @param to before that one it ends; not above the size of the tree
     */
    public LogWalk(TenantTransactions transactions, TenantId tenant, long from, long to) {
        this.transactions = transactions;
        this.tenant = tenant;
        this.next = from;
        this.end = to;
    }

    /**
     * The next leaves, at most {@link #MOST}; none when it is at its end.
     *
     * @param wanted the times of the entries that are asked for
     * @throws VaultException {@code not_found} when leaves are kept no longer
     */
    public List<WalkedLeaf> next(Predicate<Instant> wanted) {
        if (ahead.isEmpty() && next < end) {
            read();
        }
        List<LeafRows.Leaf> leaves = new ArrayList<>(Math.min(MOST, ahead.size()));
        while (!ahead.isEmpty() && leaves.size() < MOST) {
            leaves.add(ahead.removeFirst());
        }
        Map<UUID, RecordedEntry> found = entries(
                leaves.stream().filter(leaf -> wanted.test(leaf.occurredAt())).toList());
        return leaves.stream()
                .map(leaf -> new WalkedLeaf(leaf.index(), leaf.hash(), leaf.occurredAt(), found.get(leaf.id())))
                .toList();
    }

    private void read() {
        transactions
                .query(tenant, ROWS, (row, number) -> leaves(row), tenant.value(), end, tenant.value(), next)
                .forEach(ahead::addAll);
        for (LeafRows.Leaf leaf : ahead) {
            if (leaf.index() != next) {
                throw notKept();
            }
            next++;
        }
        if (ahead.isEmpty()) {
            throw notKept();
        }
    }

    static VaultException notKept() {
        return new VaultException(ErrorCode.NOT_FOUND, "The leaves are kept no longer");
    }

    private List<LeafRows.Leaf> leaves(ResultSet row) throws SQLException {
        long first = row.getLong(1);
        byte[] hashes = row.getBytes(2);
        UUID[] ids = (UUID[]) row.getArray(3).getArray();
        Timestamp[] times = (Timestamp[]) row.getArray(4).getArray();
        List<LeafRows.Leaf> leaves = new ArrayList<>(ids.length);
        for (int i = (int) Math.max(0, next - first); i < Math.min(ids.length, end - first); i++) {
            leaves.add(new LeafRows.Leaf(first + i, TreeHash.at(hashes, i), ids[i], times[i].toInstant()));
        }
        return leaves;
    }

    private Map<UUID, RecordedEntry> entries(List<LeafRows.Leaf> leaves) {
        Map<UUID, RecordedEntry> found = new HashMap<>(leaves.size() * 2);
        if (!leaves.isEmpty()) {
            transactions.query(
                    tenant,
                    ENTRIES,
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
