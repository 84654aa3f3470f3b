package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The leaves as they are stored: many in a row. */
final class LeafRows {
    /** All rows that hold leaves from an index on, and before another. */
    private static final String BETWEEN = """
            select first_index, hashes, log_ids, occurred_at from audit_leaves
            where tenant_id = ? and first_index < ?
                and first_index >= coalesce((select max(l.first_index) from audit_leaves l where l.tenant_id = ? and l.first_index <= ?), 0)
            order by first_index
            """;

    private final TenantTransactions transactions;

    LeafRows(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /** From the first index to before the second, as far as there are any and they are kept. */
    List<Leaf> between(TenantId tenant, long from, long to) {
        List<Leaf> leaves = new ArrayList<>();
        transactions
                .query(tenant, BETWEEN, (row, number) -> read(row, from, to), tenant.value(), to, tenant.value(), from)
                .forEach(leaves::addAll);
        return leaves;
    }

    private static List<Leaf> read(ResultSet row, long from, long to) throws SQLException {
        long first = row.getLong(1);
        byte[] hashes = row.getBytes(2);
        UUID[] ids = (UUID[]) row.getArray(3).getArray();
        Timestamp[] times = (Timestamp[]) row.getArray(4).getArray();
        List<Leaf> leaves = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            long index = first + i;
            if (index >= from && index < to) {
                leaves.add(new Leaf(index, TreeHash.at(hashes, i), ids[i], times[i].toInstant()));
            }
        }
        return leaves;
    }

    /**
     * @param id of the entry
     * @param occurredAt of the entry
     */
    record Leaf(long index, TreeHash hash, UUID id, Instant occurredAt) {}
}
