package ai.scailabs.vault.tenancy.erasure;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import java.util.List;

/** Keys of tenants that lie outside the database, where the end of the tenant's key makes them useless and does not destroy them. */
@FunctionalInterface
public interface OutsideKeys {
    /**
     * Destroys all of the tenant, whose own key has ended. Again, it does nothing.
     *
     * @return all that were ever destroyed
     * @throws VaultException when that cannot be done now; it is tried again
     */
    List<Ended> destroy(TenantId tenant);

    /** A key that is no more. */
    record Ended(String keyId, Instant createdAt, Instant destroyedAt) {}
}
