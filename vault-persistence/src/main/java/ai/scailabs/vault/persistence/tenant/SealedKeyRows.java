package ai.scailabs.vault.persistence.tenant;

import ai.scailabs.vault.kernel.id.TenantId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Private keys as they lie sealed, for whoever gives them another seal. Knows nothing of what seals them but its name. They lie in a table with the columns {@code tenant_id},
 * {@code key_id} and {@code private_key}; the first two are its key. Thread-safe.
 */
public final class SealedKeyRows {
    private static final Pattern NAME = Pattern.compile("[a-z_]{1,63}");

    private final TenantTransactions transactions;
    private final String page;
    private final String replace;
    private final String count;

    /** @param table its name in the schema, which becomes part of statements */
    public SealedKeyRows(TenantTransactions transactions, String table) {
        if (!NAME.matcher(table).matches()) {
            throw new IllegalArgumentException("not the name of a table");
        }
        this.transactions = transactions;
        this.page = "select key_id, private_key from %s where tenant_id = ? and key_id > ? order by key_id limit ?"
                .formatted(table);
        this.replace = """
                update %1$s t set private_key = ?
                from (
                    select key_id from %1$s where tenant_id = ? and key_id = ? and private_key = ? for update skip locked
                ) free
                where t.tenant_id = ? and t.key_id = free.key_id
                """.formatted(table);
        this.count = """
                select sealed_by, count(*) from %s k, tenant_key_of_record(k.private_key) as sealed_by
                where k.tenant_id = ? and sealed_by is not null group by sealed_by
                """.formatted(table);
    }

    /** The next behind that one, in the order of their ids. */
    @SuppressWarnings("CompileTimeConstant") // but for the name of a table, which the constructor has checked
    public List<Sealed> page(TenantId tenant, String after, int limit) {
        return transactions.query(
                tenant,
                page,
                (row, number) -> new Sealed(row.getString(1), row.getBytes(2)),
                tenant.value(),
                after,
                limit);
    }

    /** False when it is not as it was seen, or somebody is at it. */
    @SuppressWarnings("CompileTimeConstant") // as above
    public boolean replace(TenantTransaction tx, Sealed seen, byte[] sealed) {
        return tx.update(
                        replace,
                        sealed,
                        tx.tenant().value(),
                        seen.keyId(),
                        seen.privateKey(),
                        tx.tenant().value())
                > 0;
    }

    /** How many each key of the tenant seals. */
    @SuppressWarnings("CompileTimeConstant") // as above
    public Map<UUID, Long> counts(TenantId tenant) {
        Map<UUID, Long> counts = new HashMap<>();
        transactions
                .query(
                        tenant,
                        count,
                        (row, number) -> Map.entry(row.getObject(1, UUID.class), row.getLong(2)),
                        tenant.value())
                .forEach(count -> counts.put(count.getKey(), count.getValue()));
        return counts;
    }

    /** @param privateKey sealed */
    public record Sealed(String keyId, byte[] privateKey) {
        /** Without the key. */
        @Override
        public String toString() {
            return "Sealed[" + keyId + "]";
        }
    }
}
