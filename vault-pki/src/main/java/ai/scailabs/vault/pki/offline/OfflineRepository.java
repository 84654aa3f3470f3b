package ai.scailabs.vault.pki.offline;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.x509.KeySpec;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of keys that leave. */
final class OfflineRepository {
    private final TenantTransactions transactions;

    OfflineRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** All keys that are here, the newest first. */
    List<HeldKey> keys(TenantId tenant, UUID authority) {
        return transactions.query(
                tenant,
                """
                select g.key_id, g.key_type, g.key_size, k.private_key from ca_generation g
                join ca_signing_key k on k.tenant_id = g.tenant_id and k.key_id = g.key_id
                where g.tenant_id = ? and g.ca_id = ? order by g.generation desc
                """,
                (results, index) -> new HeldKey(
                        results.getString("key_id"),
                        KeySpec.of(results.getString("key_type"), results.getObject("key_size", Integer.class))
                                .orElseThrow(() -> new IllegalStateException("a key was written by a newer version")),
                        results.getBytes("private_key")),
                tenant.value(),
                authority);
    }

    /** How it is just now. The tenant's lock, under which authorities change, is held from here on. */
    Standing standing(TenantTransaction tx, UUID authority) {
        if (!tx.lockTenant()) {
            throw new VaultException(ErrorCode.TENANT_NOT_FOUND, "There is no such tenant");
        }
        return tx.queryOne(
                        """
                        select status, generation, backup_sha256, key_destroyed_at is not null,
                            exists (select from ca_pending_key p where p.tenant_id = a.tenant_id and p.ca_id = a.ca_id)
                        from certificate_authority a where a.tenant_id = ? and a.ca_id = ?
                        """,
                        (results, index) -> new Standing(
                                results.getString(1),
                                results.getInt(2),
                                results.getBytes(3),
                                results.getBoolean(4),
                                results.getBoolean(5)),
                        tx.tenant().value(),
                        authority)
                .orElseThrow(
                        () -> new VaultException(ErrorCode.CA_NOT_FOUND, "There is no such certificate authority"));
    }

    void leave(TenantTransaction tx, UUID authority, byte[] backup, Instant now) {
        tx.update("""
                update certificate_authority set status = 'offline', backup_sha256 = ?, updated_at = greatest(?::timestamptz, updated_at + interval '1 microsecond')
                where tenant_id = ? and ca_id = ?
                """, backup, now, tx.tenant().value(), authority);
    }

    void destroy(TenantTransaction tx, UUID authority, Instant now) {
        tx.update("""
                delete from ca_signing_key k using ca_generation g
                where k.tenant_id = ? and g.tenant_id = k.tenant_id and g.ca_id = ? and k.key_id = g.key_id
                """, tx.tenant().value(), authority);
        tx.update("""
                update certificate_authority set key_destroyed_at = ?, updated_at = greatest(?::timestamptz, updated_at + interval '1 microsecond')
                where tenant_id = ? and ca_id = ?
                """, now, now, tx.tenant().value(), authority);
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    /** @param sealed the private key */
    record HeldKey(String id, KeySpec spec, byte[] sealed) {
        @Override
        public String toString() {
            return "HeldKey[" + id + "]";
        }
    }

    /**
     * @param generation of the key that signs
     * @param backup the hash of the last; null before the first
     * @param isDone whether the keys are destroyed
     * @param waits whether a key waits for its certificate
     */
    record Standing(String status, int generation, byte @Nullable [] backup, boolean isDone, boolean waits) {
        @Override
        public String toString() {
            return "Standing[" + status + "]";
        }
    }
}
