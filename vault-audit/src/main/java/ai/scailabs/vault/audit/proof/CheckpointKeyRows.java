package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The keys that sign checkpoints as they lie sealed, for whoever gives them another seal. Knows nothing of what seals them but its name. Thread-safe. */
public final class CheckpointKeyRows {
    private final TenantTransactions transactions;

    public CheckpointKeyRows(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /** The next behind that one, in the order of their ids. */
    public List<Sealed> page(TenantId tenant, String after, int limit) {
        return transactions.query(
                tenant,
                "select key_id, private_key from audit_checkpoint_key where tenant_id = ? and key_id > ? order by key_id limit ?",
                (row, number) -> new Sealed(row.getString(1), row.getBytes(2)),
                tenant.value(),
                after,
                limit);
    }

    /** False when it is not as it was seen, or somebody is at it. */
    public boolean replace(TenantTransaction tx, Sealed seen, byte[] sealed) {
        return tx.update(
                        """
                        update audit_checkpoint_key t set private_key = ?
                        from (
                            select key_id from audit_checkpoint_key where tenant_id = ? and key_id = ? and private_key = ? for update skip locked
                        ) free
                        where t.tenant_id = ? and t.key_id = free.key_id
                        """,
                        sealed,
                        tx.tenant().value(),
                        seen.keyId(),
                        seen.privateKey(),
                        tx.tenant().value())
                > 0;
    }

    /** How many each key of the tenant seals. */
    public Map<UUID, Long> counts(TenantId tenant) {
        Map<UUID, Long> counts = new HashMap<>();
        transactions
                .query(
                        tenant,
                        """
                        select sealed_by, count(*) from audit_checkpoint_key k, tenant_key_of_record(k.private_key) as sealed_by
                        where k.tenant_id = ? and sealed_by is not null group by sealed_by
                        """,
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
