package ai.scailabs.vault.tenancy.keyring;

import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.envelope.KeyChain;
import ai.scailabs.vault.crypto.envelope.WrappedKey;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.keyring.TenantKeyrings;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.tenancy.keyring.KeyRows.StoredKeys;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Key chains from the database, each read in one round trip and remembered, wrapped, for as long as the tenant's epoch stays the same. First keys are made on first use:
 * the root key is asked before a statement runs, never while a transaction is open, and unique indexes decide between instances that do so at once. A call that is
 * interrupted anywhere leaves nothing that the next one cannot go on from.
 */
public final class StoredKeyrings implements TenantKeyrings {
    private static final int MAX_REMEMBERED = 20_000;
    private static final int MAX_ATTEMPTS = 3;
    private static final Optional<KeyId> ACTIVE = Optional.empty();

    private final KeyRows rows;
    private final EnvelopeCipher cipher;
    private final Clock clock;
    private final Cache<ChainName, ChainAtEpoch> remembered =
            Caffeine.newBuilder().maximumSize(MAX_REMEMBERED).build();

    public StoredKeyrings(TenantTransactions tenants, EnvelopeCipher cipher, Clock clock) {
        this.rows = new KeyRows(tenants);
        this.cipher = cipher;
        this.clock = clock;
    }

    /**
     * {@inheritDoc}
     *
     * @param tenant registered before, with this partner
     * @throws VaultException {@code tenant_access_denied} when the tenant belongs to another partner; {@code kms_unavailable} when first keys are due and the root key
     *     cannot be reached
     */
    @Override
    public KeyChain active(TenantId tenant, PartnerId partner, long epoch) {
        KeyChain known = recall(new ChainName(tenant, ACTIVE), epoch);
        if (known != null && known.partnerId().equals(partner.value())) {
            return known;
        }
        return readOrMakeActive(tenant, partner);
    }

    @Override
    public KeyChain chain(TenantId tenant, KeyId tenantKeyId, long epoch) {
        ChainName name = new ChainName(tenant, Optional.of(tenantKeyId));
        KeyChain known = recall(name, epoch);
        if (known != null) {
            return known;
        }
        StoredKeys stored = rows.generation(tenant, tenantKeyId).orElse(null);
        if (stored == null || stored.chain() == null) {
            throw new VaultException(
                    ErrorCode.INTEGRITY_FAILURE, "The key " + tenantKeyId + " of " + tenant + " does not exist");
        }
        remembered.put(name, new ChainAtEpoch(stored.epoch(), stored.chain()));
        return stored.chain();
    }

    private KeyChain readOrMakeActive(TenantId tenant, PartnerId partner) {
        StoredKeys stored = read(tenant, partner);
        // Once more when the partner's key gave way to the next between the two.
        for (int attempt = 0; stored.chain() == null && attempt < MAX_ATTEMPTS; attempt++) {
            stored = withTenantKey(tenant, partner, withPartnerKey(tenant, partner, stored));
        }
        KeyChain chain = stored.chain();
        if (chain == null) {
            throw destroyed(tenant.toString());
        }
        ChainAtEpoch seen = new ChainAtEpoch(stored.epoch(), chain);
        remembered.put(new ChainName(tenant, ACTIVE), seen);
        remembered.put(new ChainName(tenant, Optional.of(chain.tenantKeyId())), seen);
        return chain;
    }

    private WrappedKey withPartnerKey(TenantId tenant, PartnerId partner, StoredKeys stored) {
        if (stored.partnerKey() != null) {
            return stored.partnerKey();
        }
        WrappedKey made = cipher.newPartnerKey(partner.value());
        rows.insertPartnerKey(tenant, partner, made, now());
        // Whoever was first has won, so the row decides and not what this call made.
        WrappedKey winner = read(tenant, partner).partnerKey();
        if (winner == null) {
            throw destroyed(partner.toString());
        }
        return winner;
    }

    private StoredKeys withTenantKey(TenantId tenant, PartnerId partner, WrappedKey partnerKey) {
        WrappedKey made = cipher.newTenantKey(tenant, partner.value(), partnerKey.id(), partnerKey.wrapped());
        rows.insertTenantKey(tenant, partner.value(), partnerKey.id(), made, now());
        return read(tenant, partner);
    }

    /** There were keys once, since none could be made. */
    private static VaultException destroyed(String whose) {
        return new VaultException(ErrorCode.TENANT_ACCESS_DENIED, "The keys of " + whose + " were destroyed");
    }

    private StoredKeys read(TenantId tenant, PartnerId partner) {
        StoredKeys stored = rows.active(tenant)
                .orElseThrow(() -> new IllegalStateException("the tenant was not registered: " + tenant));
        if (!stored.partner().equals(partner)) {
            throw new VaultException(ErrorCode.TENANT_ACCESS_DENIED, "The tenant does not belong to the partner");
        }
        return stored;
    }

    private @Nullable KeyChain recall(ChainName name, long epoch) {
        ChainAtEpoch seen = remembered.getIfPresent(name);
        return seen != null && seen.epoch() == epoch ? seen.chain() : null;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** @param key empty for whichever is active */
    private record ChainName(TenantId tenant, Optional<KeyId> key) {}

    /** @param epoch the tenant's when the chain was read, from the same statement */
    private record ChainAtEpoch(long epoch, KeyChain chain) {}
}
