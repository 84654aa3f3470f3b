package ai.scailabs.vault.tenancy.rotation;

import ai.scailabs.vault.crypto.envelope.WrappedKey;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.root.RootWraps;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** The rows of keys as they are changed: generations that begin and end, and keys that are wrapped anew. Keys of a partner are changed in the space that it shares. */
final class GenerationRows {
    private final TenantTransactions transactions;
    private final Supplier<String> rootKeyIds;

    /** @param rootKeyIds that there are now, with a space between */
    GenerationRows(TenantTransactions transactions, Supplier<String> rootKeyIds) {
        this.transactions = transactions;
        this.rootKeyIds = rootKeyIds;
    }

    /** Empty when there is no such tenant. */
    Optional<PartnerId> partnerOf(TenantId tenant) {
        return transactions.queryOne(
                tenant,
                "select partner_id from tenant where tenant_id = ?",
                (row, number) -> new PartnerId(row.getString(1)),
                tenant.value());
    }

    /** All generations that are not destroyed, the newest first. */
    List<PartnerKey> partnerKeys(TenantId seenBy, PartnerId partner) {
        return transactions.query(
                seenBy,
                """
                select key_id, generation, state, created_at, wrapped_key, array_to_string(root_key_ids, ' ') from partner_key
                where partner_id = ? and state <> 'destroyed' order by generation desc
                """,
                (row, number) -> new PartnerKey(generation(row), row.getBytes(5), row.getString(6)),
                partner.value());
    }

    /** All generations that are not destroyed, the newest first. */
    List<TenantKey> tenantKeys(TenantId tenant) {
        return transactions.query(
                tenant,
                """
                select key_id, generation, state, created_at, wrapped_key, partner_key_id from tenant_key
                where tenant_id = ? and state <> 'destroyed' order by generation desc
                """,
                (row, number) ->
                        new TenantKey(generation(row), row.getBytes(5), KeyId.of(row.getObject(6, UUID.class))),
                tenant.value());
    }

    /** The tenant's next generation, which is the active one from now on; false when the partner's key is the active one no more. */
    boolean beginTenantKey(TenantTransaction tx, PartnerId partner, KeyId partnerKeyId, WrappedKey key, Instant now) {
        String tenant = tx.tenant().value();
        tx.update("update tenant_key set state = 'retired' where tenant_id = ? and state = 'active'", tenant);
        return tx.update(
                        """
                        insert into tenant_key (tenant_id, key_id, generation, state, partner_id, partner_key_id, wrapped_key, created_at)
                        select ?::text, ?::uuid, coalesce((select max(k.generation) from tenant_key k where k.tenant_id = ?), 0) + 1, 'active',
                            p.partner_id, p.key_id, ?::bytea, ?::timestamptz
                        from partner_key p where p.partner_id = ? and p.key_id = ? and p.state = 'active'
                        """,
                        tenant,
                        key.id().value(),
                        tenant,
                        key.wrapped(),
                        now,
                        partner.value(),
                        partnerKeyId.value())
                > 0;
    }

    /** The partner's next generation, which is the active one from now on. */
    void beginPartnerKey(TenantTransaction tx, PartnerId partner, WrappedKey key, Instant now) {
        tx.update(
                "update partner_key set state = 'retired' where partner_id = ? and state = 'active'", partner.value());
        tx.update(
                """
                insert into partner_key (partner_id, key_id, generation, state, root_key_ids, wrapped_key, created_at)
                values (?, ?, coalesce((select max(k.generation) from partner_key k where k.partner_id = ?), 0) + 1, 'active',
                    string_to_array(?, ' '), ?, ?)
                """, partner.value(), key.id().value(), partner.value(), rootKeyIds(key.wrapped()), key.wrapped(), now);
    }

    /** False when the row is not as it was seen. */
    boolean storeTenantKey(TenantId tenant, TenantKey seen, KeyId partnerKeyId, byte[] wrapped) {
        return transactions.update(
                        tenant,
                        """
                        update tenant_key set partner_key_id = ?, wrapped_key = ?
                        where tenant_id = ? and key_id = ? and partner_key_id = ? and wrapped_key = ?
                        """,
                        partnerKeyId.value(),
                        wrapped,
                        tenant.value(),
                        seen.generation().id().value(),
                        seen.partnerKeyId().value(),
                        seen.wrapped())
                > 0;
    }

    /** False when the row is not as it was seen. */
    boolean storePartnerKey(PartnerId partner, PartnerKey seen, byte[] wrapped) {
        return transactions.update(
                        TenantId.sharedBy(partner),
                        """
                        update partner_key set wrapped_key = ?, root_key_ids = string_to_array(?, ' ')
                        where partner_id = ? and key_id = ? and wrapped_key = ?
                        """,
                        wrapped,
                        rootKeyIds(wrapped),
                        partner.value(),
                        seen.generation().id().value(),
                        seen.wrapped())
                > 0;
    }

    /** What is remembered of the tenant's keys counts no more. */
    void moveEpoch(TenantId tenant) {
        transactions.update(tenant, "update tenant set epoch = epoch + 1 where tenant_id = ?", tenant.value());
    }

    /** Nothing is left that they wrap. */
    static void emptyTenantKeys(TenantTransaction tx, Instant now) {
        tx.update(
                "update tenant_key set emptied_at = ? where tenant_id = ? and state = 'retired' and emptied_at is null",
                now,
                tx.tenant().value());
    }

    /** Nothing is left that they wrap. */
    static void emptyPartnerKeys(TenantTransaction tx, PartnerId partner, Instant now) {
        tx.update(
                "update partner_key set emptied_at = ? where partner_id = ? and state = 'retired' and emptied_at is null",
                now,
                partner.value());
    }

    /** The first partners behind that one. */
    List<PartnerId> partnersAfter(TenantId seenBy, String after, int limit) {
        return transactions.query(
                seenBy,
                "select partner_id from partner where partner_id > ? order by partner_id limit ?",
                (row, number) -> new PartnerId(row.getString(1)),
                after,
                limit);
    }

    /** What was wrapped just now. */
    private String rootKeyIds(byte[] wrapped) {
        List<String> named = RootWraps.rootKeyIds(wrapped);
        return named.isEmpty() ? rootKeyIds.get() : String.join(" ", named);
    }

    private static Generation generation(ResultSet row) throws SQLException {
        return new Generation(
                KeyId.of(row.getObject(1, UUID.class)),
                row.getInt(2),
                row.getString(3).equals("active"),
                row.getObject(4, OffsetDateTime.class).toInstant());
    }

    record Generation(KeyId id, int number, boolean active, Instant createdAt) {}

    /** @param rootKeyIds with a space between */
    record PartnerKey(Generation generation, byte[] wrapped, String rootKeyIds) {
        WrappedKey key() {
            return new WrappedKey(generation.id(), wrapped);
        }

        @Override
        public String toString() {
            return generation.id().toString();
        }
    }

    record TenantKey(Generation generation, byte[] wrapped, KeyId partnerKeyId) {
        @Override
        public String toString() {
            return generation.id().toString();
        }
    }
}
