package ai.scailabs.vault.tenancy.keyring;

import ai.scailabs.vault.crypto.envelope.KeyChain;
import ai.scailabs.vault.crypto.envelope.WrappedKey;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.root.RootWraps;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The rows of wrapped keys. Each method is one statement in a transaction of its own. */
final class KeyRows {
    /** The partner's active key stands in as long as the tenant has none: a new tenant key needs it. */
    private static final String ACTIVE = """
            select t.partner_id, t.epoch, p.partner_id, p.key_id, p.wrapped_key, k.key_id, k.wrapped_key
            from tenant t
            left join tenant_key k on k.tenant_id = t.tenant_id and k.state = 'active'
            left join partner_key p on p.partner_id = coalesce(k.partner_id, t.partner_id)
                and (p.key_id = k.partner_key_id or k.key_id is null and p.state = 'active')
            where t.tenant_id = ?
            """;

    private static final String GENERATION = """
            select t.partner_id, t.epoch, p.partner_id, p.key_id, p.wrapped_key, k.key_id, k.wrapped_key
            from tenant t
            join tenant_key k on k.tenant_id = t.tenant_id
            join partner_key p on p.partner_id = k.partner_id and p.key_id = k.partner_key_id
            where t.tenant_id = ? and k.key_id = ?
            """;

    private static final String INSERT_PARTNER_KEY = """
            insert into partner_key (partner_id, key_id, generation, state, root_key_ids, wrapped_key, created_at)
            values (?, ?, 1, 'active', string_to_array(?, ' '), ?, ?)
            on conflict do nothing
            """;

    private static final String INSERT_TENANT_KEY = """
            insert into tenant_key (tenant_id, key_id, generation, state, partner_id, partner_key_id, wrapped_key, created_at)
            select ?::text, ?::uuid, 1, 'active', p.partner_id, p.key_id, ?::bytea, ?::timestamptz
            from partner_key p where p.partner_id = ? and p.key_id = ? and p.state = 'active'
            on conflict do nothing
            """;

    private final TenantTransactions tenants;

    KeyRows(TenantTransactions tenants) {
        this.tenants = tenants;
    }

    /** Empty when there is no such tenant. */
    Optional<StoredKeys> active(TenantId tenant) {
        return tenants.queryOne(tenant, ACTIVE, (row, number) -> keys(tenant, row), tenant.value());
    }

    /** Empty when the tenant has no such key. */
    Optional<StoredKeys> generation(TenantId tenant, KeyId tenantKeyId) {
        return tenants.queryOne(
                tenant, GENERATION, (row, number) -> keys(tenant, row), tenant.value(), tenantKeyId.value());
    }

    /** The partner's first generation, unless another instance was quicker. */
    void insertPartnerKey(TenantId seenBy, PartnerId partner, WrappedKey key, Instant now) {
        String rootKeyIds = String.join(" ", RootWraps.rootKeyIds(key.wrapped()));
        tenants.update(seenBy, INSERT_PARTNER_KEY, partner.value(), key.id().value(), rootKeyIds, key.wrapped(), now);
    }

    /** The tenant's first generation, unless another instance was quicker, or the partner's key has just given way to the next. */
    void insertTenantKey(TenantId tenant, String partnerId, KeyId partnerKeyId, WrappedKey key, Instant now) {
        tenants.update(
                tenant,
                INSERT_TENANT_KEY,
                tenant.value(),
                key.id().value(),
                key.wrapped(),
                now,
                partnerId,
                partnerKeyId.value());
    }

    private static StoredKeys keys(TenantId tenant, ResultSet row) throws SQLException {
        PartnerId partner = new PartnerId(row.getString(1));
        String wrappedBy = row.getString(3);
        WrappedKey partnerKey = key(row.getObject(4, UUID.class), row.getBytes(5));
        WrappedKey tenantKey = key(row.getObject(6, UUID.class), row.getBytes(7));
        KeyChain chain = partnerKey == null || tenantKey == null
                ? null
                : new KeyChain(
                        tenant, wrappedBy, partnerKey.id(), partnerKey.wrapped(), tenantKey.id(), tenantKey.wrapped());
        return new StoredKeys(partner, row.getLong(2), partnerKey, chain);
    }

    private static @Nullable WrappedKey key(@Nullable UUID id, byte @Nullable [] wrapped) {
        return id == null || wrapped == null ? null : new WrappedKey(KeyId.of(id), wrapped);
    }

    /**
     * What one statement saw.
     *
     * @param epoch the tenant's, at that moment
     * @param partnerKey absent while the partner has none
     * @param chain absent while the tenant has no key
     */
    record StoredKeys(
            PartnerId partner,
            long epoch,
            @Nullable WrappedKey partnerKey,
            @Nullable KeyChain chain) {}
}
