package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.io.ByteArrayOutputStream;

/** The hashes of leaves, in ascending order of their indexes, which may leave out any. Some thousands are in memory. Not thread-safe. */
public final class HashWalk {
    private static final String ROWS = """
            select first_index, hashes
            from (select l.*, sum(l.leaf_count) over (order by l.first_index) - l.leaf_count as before
                from (select first_index, leaf_count, hashes from audit_leaves
                    where tenant_id = ? and first_index < ?
                        and first_index >= coalesce((select max(f.first_index) from audit_leaves f where f.tenant_id = ? and f.first_index <= ?), 0)
                    order by first_index limit 2048) l) r
            where before < 16384
            order by first_index
            """;

    private final TenantTransactions transactions;
    private final TenantId tenant;
    private final long end;
    private byte[] hashes = {};
    private long first;

    /** @param end before which all indexes are that are asked for */
    public HashWalk(TenantTransactions transactions, TenantId tenant, long end) {
        this.transactions = transactions;
        this.tenant = tenant;
        this.end = end;
    }

    /** @throws VaultException {@code not_found} when the leaf is kept no longer */
    public TreeHash at(long index) {
        if (index < first || index >= first + hashes.length / TreeHash.LENGTH) {
            read(index);
        }
        return TreeHash.at(hashes, (int) (index - first));
    }

    private void read(long index) {
        Rows rows = new Rows(index);
        transactions.query(
                tenant,
                ROWS,
                (row, number) -> rows.add(row.getLong(1), row.getBytes(2)),
                tenant.value(),
                end,
                tenant.value(),
                index);
        first = rows.first;
        hashes = rows.joined.toByteArray();
        if (index < first || index >= first + hashes.length / TreeHash.LENGTH) {
            throw LogWalk.notKept();
        }
    }

    /** Those that follow each other. */
    private static final class Rows {
        private final ByteArrayOutputStream joined = new ByteArrayOutputStream();
        private final long wanted;
        private long first;

        Rows(long wanted) {
            this.wanted = wanted;
        }

        boolean add(long index, byte[] more) {
            if (joined.size() == 0) {
                first = index;
            }
            boolean follows = index == first + joined.size() / TreeHash.LENGTH;
            boolean useful = index + more.length / TreeHash.LENGTH > wanted;
            if (follows && (useful || joined.size() > 0)) {
                joined.writeBytes(more);
            }
            return follows;
        }
    }
}
