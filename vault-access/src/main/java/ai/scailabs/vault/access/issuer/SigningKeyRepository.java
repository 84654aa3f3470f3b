package ai.scailabs.vault.access.issuer;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;

/** The SQL of the keys. Each method is one statement in a transaction of its own. */
final class SigningKeyRepository {
    private final TenantTransactions transactions;

    SigningKeyRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /** Those that sign, signed, or are going to, and verify something still. */
    List<SigningKey> unexpired(TenantId tenant, Instant now) {
        return transactions.query(tenant, """
                select key_id, public_key, private_key, signs_from, expires_at from token_signing_key
                where tenant_id = ? and expires_at > ? order by signs_from, key_id
                """, (results, index) -> key(results), tenant.value(), now);
    }

    /**
     * Unless somebody was quicker: a key that signs from after that moment, and is not over, is there already. Nor when the tenant's key that seals it has just given way to the next:
     * whoever seals what is stored anew has gone by.
     */
    void insertUnlessThereIsOneAfter(TenantId tenant, SigningKey key, Instant now, Instant after) {
        transactions.update(
                tenant,
                """
                insert into token_signing_key (tenant_id, key_id, public_key, private_key, created_at, signs_from, expires_at)
                select ?::text, ?::text, ?::bytea, ?::bytea, ?::timestamptz, ?::timestamptz, ?::timestamptz
                where not exists (select from token_signing_key where tenant_id = ? and signs_from > ? and expires_at > ?)
                    and not exists (
                        select from tenant_key k where k.tenant_id = ? and k.key_id = tenant_key_of_record(?::bytea) and k.state <> 'active')
                """,
                tenant.value(),
                key.keyId(),
                key.publicKey(),
                key.sealedPrivateKey(),
                now,
                key.signsFrom(),
                key.expiresAt(),
                tenant.value(),
                after,
                now,
                tenant.value(),
                key.sealedPrivateKey());
    }

    private static SigningKey key(ResultSet results) throws SQLException {
        return new SigningKey(
                results.getString(1),
                results.getBytes(2),
                results.getBytes(3),
                results.getObject(4, OffsetDateTime.class).toInstant(),
                results.getObject(5, OffsetDateTime.class).toInstant());
    }
}
