package ai.scailabs.vault.pki.hsm;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The SQL of what lies in the HSM: a row is there before the key is, and stays when it is gone. */
final class HsmKeyRepository {
    private final TenantTransactions transactions;

    HsmKeyRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    void announce(TenantId tenant, String keyId, HsmReference reference, Instant now) {
        transactions.update(
                tenant,
                "insert into ca_hsm_key (tenant_id, key_id, reference, state, created_at) values (?, ?, ?, 'making', ?)",
                tenant.value(),
                keyId,
                reference.random(),
                now);
    }

    /** False when it was given up meanwhile. */
    boolean keep(TenantTransaction tx, String keyId) {
        return tx.update(
                        "update ca_hsm_key set state = 'kept' where tenant_id = ? and key_id = ? and state = 'making'",
                        tx.tenant().value(),
                        keyId)
                > 0;
    }

    /** What became of no authority: from here on nobody can keep it. */
    void giveUp(TenantId tenant, Instant announcedBefore) {
        transactions.update(
                tenant,
                "update ca_hsm_key set state = 'ending' where tenant_id = ? and state = 'making' and created_at < ?",
                tenant.value(),
                announcedBefore);
    }

    void end(TenantTransaction tx, String keyId) {
        tx.update(
                "update ca_hsm_key set state = 'ending' where tenant_id = ? and key_id = ? and state = 'kept'",
                tx.tenant().value(),
                keyId);
    }

    /** Whatever the tenant's authorities sign with. */
    void endAll(TenantId tenant) {
        transactions.update(
                tenant,
                "update ca_hsm_key set state = 'ending' where tenant_id = ? and state = 'kept'",
                tenant.value());
    }

    List<LedgerRow> ending(TenantId tenant) {
        return transactions.query(
                tenant,
                "select key_id, reference, created_at, destroyed_at from ca_hsm_key where tenant_id = ? and state = 'ending' order by key_id",
                (row, number) -> row(row),
                tenant.value());
    }

    /** In the order in which they were made. */
    List<LedgerRow> destroyed(TenantId tenant) {
        return transactions.query(
                tenant,
                "select key_id, reference, created_at, destroyed_at from ca_hsm_key where tenant_id = ? and state = 'destroyed' order by key_id",
                (row, number) -> row(row),
                tenant.value());
    }

    void destroyed(TenantId tenant, String keyId, Instant now) {
        transactions.update(
                tenant,
                "update ca_hsm_key set state = 'destroyed', destroyed_at = ? where tenant_id = ? and key_id = ? and state = 'ending'",
                now,
                tenant.value(),
                keyId);
    }

    private static LedgerRow row(ResultSet row) throws SQLException {
        OffsetDateTime destroyed = row.getObject("destroyed_at", OffsetDateTime.class);
        return new LedgerRow(
                row.getString("key_id"),
                new HsmReference(row.getBytes("reference")),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                destroyed == null ? null : destroyed.toInstant());
    }

    /** @param destroyedAt absent as long as it lies there */
    record LedgerRow(
            String keyId,
            HsmReference reference,
            Instant createdAt,
            @Nullable Instant destroyedAt) {}
}
