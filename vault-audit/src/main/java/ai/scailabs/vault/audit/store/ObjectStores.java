package ai.scailabs.vault.audit.store;

import ai.scailabs.vault.kernel.id.TenantId;

/** Opens the buckets that tenants name. Thread-safe. */
public interface ObjectStores {
    /**
     * Asks nobody yet: the endpoint and the credentials are tried at the first call.
     *
     * @param credentials the store's from here on: closed with it, or when this fails
     * @param tenant whose destination it is; a role of AWS is taken with it as the external id, so that no tenant can have the role of another taken
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code validation_error} when these credentials cannot be used at this destination
     */
    ObjectStore open(Destination destination, StoreCredentials credentials, TenantId tenant);
}
