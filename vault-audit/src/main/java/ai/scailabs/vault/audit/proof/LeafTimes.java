package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where in a tree the entries of some time lie. Leaves are in the order in which entries became known, which is nearly that of their times, and after an outage or a restored backup not at all: so the
 * times that lie beside the leaves are looked at, and no entry. Thread-safe.
 */
public final class LeafTimes {
    /** By which the database's clock may be behind those that entries are made by. */
    private static final Duration SKEW = Duration.ofHours(1);

    /** About as many times are looked at by one statement. */
    private static final String PIECE = """
            select count(*), max(first_index), min(first_index) filter (where hit), max(first_index + leaf_count) filter (where hit)
            from (select first_index, leaf_count,
                    exists (select from unnest(occurred_at) as t (at)
                        where t.at >= coalesce(?::timestamptz, '-infinity') and t.at < coalesce(?::timestamptz, 'infinity')) as hit
                from (select l.*, sum(l.leaf_count) over (order by l.first_index) - l.leaf_count as before
                    from (select first_index, leaf_count, occurred_at from audit_leaves
                        where tenant_id = ? and first_index > ? and first_index < ? and sequenced_at >= coalesce(?::timestamptz, '-infinity')
                        order by first_index limit 20000) l) r
                where before < 1000000) p
            """;

    private final TenantTransactions transactions;

    public LeafTimes(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /**
     * The shortest range of indexes known to hold all leaves of entries of that time, among others.
     *
     * @param since an index below which nothing is wanted
     * @param size of the tree
     * @param from inclusive; null for the beginning
     * @param to exclusive; null for the end
     */
    public IndexRange range(TenantId tenant, long since, long size, @Nullable Instant from, @Nullable Instant to) {
        if (from == null && to == null) {
            return new IndexRange(Math.min(size, Math.max(since, firstKept(tenant, size))), size);
        }
        Instant sequenced = from == null ? null : from.minus(SKEW);
        long first = size;
        long end = since;
        long last = rowBefore(tenant, since);
        boolean more = true;
        while (more) {
            List<Piece> pieces = transactions.query(
                    tenant, PIECE, (row, number) -> Piece.of(row), from, to, tenant.value(), last, size, sequenced);
            Piece piece = pieces.getFirst();
            more = piece.rows() > 0;
            last = more ? piece.lastRow() : last;
            if (piece.end() > 0) {
                first = Math.min(first, piece.first());
                end = Math.max(end, piece.end());
            }
        }
        long begin = Math.max(since, Math.min(first, size));
        return new IndexRange(begin, Math.max(begin, Math.min(end, size)));
    }

    private long firstKept(TenantId tenant, long size) {
        return transactions
                .queryOne(
                        tenant,
                        "select first_index from audit_leaves where tenant_id = ? order by first_index limit 1",
                        (row, number) -> row.getLong(1),
                        tenant.value())
                .orElse(size);
    }

    /** The row that holds the index is not passed by. */
    private long rowBefore(TenantId tenant, long index) {
        return transactions
                .query(
                        tenant,
                        "select coalesce(max(first_index), 0) - 1 from audit_leaves where tenant_id = ? and first_index <= ?",
                        (row, number) -> row.getLong(1),
                        tenant.value(),
                        index)
                .getFirst();
    }

    /** About how many entries became known in that time. */
    public long estimate(TenantId tenant, @Nullable Instant from, @Nullable Instant to) {
        long begin = from == null ? 0 : indexAt(tenant, from);
        long end = to == null ? indexAt(tenant, Instant.parse("9999-12-31T00:00:00Z")) : indexAt(tenant, to);
        return Math.max(0, end - begin);
    }

    private long indexAt(TenantId tenant, Instant time) {
        return transactions
                .query(tenant, """
                        select coalesce(
                            (select first_index from audit_leaves where tenant_id = ? and sequenced_at >= ?::timestamptz order by sequenced_at limit 1),
                            (select tree_size from audit_tree_head where tenant_id = ?), 0)
                        """, (row, number) -> row.getLong(1), tenant.value(), time, tenant.value())
                .getFirst();
    }

    /** @param end exclusive */
    public record IndexRange(long first, long end) {}

    private record Piece(long rows, long lastRow, long first, long end) {
        static Piece of(ResultSet row) throws SQLException {
            return new Piece(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
        }
    }
}
