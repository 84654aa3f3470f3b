package ai.scailabs.vault.secrets.mount;

import ai.scailabs.vault.kernel.id.TenantId;

/** Which paths of a tenant are mounted. Whatever changes that moves the tenant's epoch on. Thread-safe. */
@FunctionalInterface
public interface Mounts {
    /** Nothing is mounted anywhere. */
    Mounts NONE = (owner, epoch) -> MountTable.EMPTY;

    /**
     * Those of that epoch or of a later one.
     *
     * @param epoch of the owner, as the policies or the data were read under it
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code service_unavailable}
     */
    MountTable at(TenantId owner, long epoch);
}
