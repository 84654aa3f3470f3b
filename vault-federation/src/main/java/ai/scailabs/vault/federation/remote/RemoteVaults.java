package ai.scailabs.vault.federation.remote;

import ai.scailabs.vault.kernel.id.TenantId;
import org.jspecify.annotations.Nullable;

/** Opens vaults of every kind. Thread-safe. */
public interface RemoteVaults {
    /**
     * Without a word to the vault: the first call finds out whether it is there.
     *
     * @param credentials are closed together with the vault, and also when it is not opened; absent to come as this service itself, which the operator allows to some tenants
     * @throws RemoteException {@link RemoteFailure#MISCONFIGURED}, {@link RemoteFailure#CREDENTIALS_UNUSABLE}
     */
    RemoteVault open(TenantId tenant, BackendConfig config, @Nullable BackendCredentials credentials)
            throws RemoteException;
}
