package ai.scailabs.vault.access.idempotency;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.util.Optional;

/** The SQL of replies. All times are the database's. What is sealed under a key of the tenant that has given way is not written: whoever seals what is stored anew has gone by. */
final class IdempotentReplyRepository {
    private final TenantTransactions transactions;

    IdempotentReplyRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    Optional<Row> find(TenantId tenant, byte[] askedBy) {
        return transactions.queryOne(
                tenant,
                """
                select key_id, private_key, answered, created_at > clock_timestamp() - interval '10 minutes' from idempotent_reply
                where tenant_id = ? and asked_by = ? and expires_at > clock_timestamp()
                """,
                (results, index) -> new Row(
                        results.getString(1), results.getBytes(2), results.getBoolean(3), results.getBoolean(4)),
                tenant.value(),
                askedBy);
    }

    /** False when there is one already, or the tenant's key has given way. */
    boolean insert(TenantId tenant, String id, byte[] askedBy, byte[] sealed) {
        return transactions.inTransaction(tenant, tx -> {
            tx.update(
                    "delete from idempotent_reply where tenant_id = ? and asked_by = ? and expires_at <= clock_timestamp()",
                    tenant.value(),
                    askedBy);
            return tx.update("""
                            insert into idempotent_reply (tenant_id, key_id, asked_by, private_key, answered, created_at, expires_at)
                            select ?::text, ?::text, ?::bytea, ?::bytea, false, clock_timestamp(), clock_timestamp() + interval '24 hours'
                            where not exists (
                                select from tenant_key k where k.tenant_id = ? and k.key_id = tenant_key_of_record(?::bytea) and k.state <> 'active')
                            on conflict (tenant_id, asked_by) do nothing
                            """, tenant.value(), id, askedBy, sealed, tenant.value(), sealed) > 0;
        });
    }

    /** False when the tenant's key has given way. */
    boolean answer(TenantId tenant, String id, byte[] sealed) {
        return transactions.update(tenant, """
                        update idempotent_reply set private_key = ?::bytea, answered = true
                        where tenant_id = ? and key_id = ? and not answered and not exists (
                            select from tenant_key k where k.tenant_id = ? and k.key_id = tenant_key_of_record(?::bytea) and k.state <> 'active')
                        """, sealed, tenant.value(), id, tenant.value(), sealed) > 0;
    }

    void delete(TenantId tenant, String id) {
        transactions.update(
                tenant,
                "delete from idempotent_reply where tenant_id = ? and key_id = ? and not answered",
                tenant.value(),
                id);
    }

    /** @param isRecent begun so lately that it may be under way */
    record Row(String id, byte[] sealed, boolean answered, boolean isRecent) {
        @Override
        public String toString() {
            return "Row[" + id + "]";
        }
    }
}
