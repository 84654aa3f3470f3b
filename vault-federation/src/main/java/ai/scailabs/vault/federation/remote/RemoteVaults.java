package ai.scailabs.vault.federation.remote;

import ai.scailabs.vault.kernel.id.TenantId;
import org.jspecify.annotations.Nullable;

/** Opens vaults of every kind. Thread-safe. */
@FunctionalInterface
public interface RemoteVaults {
    /**
     * Asks nobody yet. The credentials are the vault's from here on, if it opens.
     *
     * @param credentials absent to come as this service itself, which few tenants may
     * @throws RemoteException {@link RemoteFailure#MISCONFIGURED}, {@link RemoteFailure#CREDENTIALS_UNUSABLE}
     */
    RemoteVault open(BackendConfig config, @Nullable BackendCredentials credentials, TenantId tenant)
            throws RemoteException;
}
