package ai.scailabs.vault.crypto.keyring;

import ai.scailabs.vault.crypto.envelope.KeyChain;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;

/**
 * The wrapped keys of tenants. What it returns may come from a cache: {@code epoch} is the tenant's epoch as the caller just read it from the database, and a chain read
 * under another epoch is read anew. Thread-safe.
 */
public interface TenantKeyrings {
    /** The generation that seals new values; makes the partner's and the tenant's first keys when they have none. */
    KeyChain active(TenantId tenant, PartnerId partner, long epoch);

    /**
     * The chain that ends in one generation of the tenant's key, to open what that generation sealed.
     *
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code integrity_failure} when the tenant has no such key or it was destroyed
     */
    KeyChain chain(TenantId tenant, KeyId tenantKeyId, long epoch);
}
