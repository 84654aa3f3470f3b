package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.audit.note.LogKey;
import ai.scailabs.vault.audit.note.NoteSignature;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The SQL of checkpoints and their keys. Each method is one statement in a transaction of its own. */
final class CheckpointRepository {
    private final TenantTransactions transactions;

    CheckpointRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    Optional<CheckpointKey> key(TenantId tenant) {
        return transactions.queryOne(
                tenant,
                "select key_id, name, public_key, private_key from audit_checkpoint_key where tenant_id = ?",
                (row, number) -> new CheckpointKey(
                        row.getString(1), LogKey.of(row.getString(2), row.getBytes(3)), row.getBytes(4)),
                tenant.value());
    }

    /** Unless there is one, or the tenant's key that seals it has just given way to the next: whoever seals anew what is stored has gone by. */
    void insertUnlessThereIsOne(TenantId tenant, CheckpointKey key, Instant now) {
        transactions.update(
                tenant,
                """
                insert into audit_checkpoint_key (tenant_id, key_id, name, public_key, private_key, created_at)
                select ?::text, ?::text, ?::text, ?::bytea, ?::bytea, ?::timestamptz
                where not exists (
                    select from tenant_key k where k.tenant_id = ? and k.key_id = tenant_key_of_record(?::bytea) and k.state <> 'active')
                on conflict (tenant_id) do nothing
                """,
                tenant.value(),
                key.keyId(),
                key.publicKey().name(),
                key.publicKey().publicKey(),
                key.sealedPrivateKey(),
                now,
                tenant.value(),
                key.sealedPrivateKey());
    }

    /** The note of exactly that size. */
    Optional<String> note(TenantId tenant, long size) {
        return transactions.queryOne(
                tenant,
                "select note from audit_checkpoint where tenant_id = ? and tree_size = ?",
                (row, number) -> row.getString(1),
                tenant.value(),
                size);
    }

    /** What witnesses signed to it. */
    List<NoteSignature> cosignatures(TenantId tenant, long size) {
        return transactions.query(
                tenant,
                "select witness, line from audit_cosignature where tenant_id = ? and tree_size = ? order by witness",
                (row, number) -> new NoteSignature(row.getString(1), row.getString(2)),
                tenant.value(),
                size);
    }

    /** Unless somebody signed that size meanwhile. */
    void insert(TenantId tenant, long size, TreeHash root, String note, Instant now) {
        transactions.update(tenant, """
                insert into audit_checkpoint (tenant_id, tree_size, root, note, signed_at) values (?, ?, ?, ?, ?)
                on conflict (tenant_id, tree_size) do nothing
                """, tenant.value(), size, root.bytes(), note, now);
    }
}
