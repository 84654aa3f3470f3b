package ai.scailabs.vault.federation.backend;

import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteVault;
import ai.scailabs.vault.federation.remote.RemoteVaults;
import ai.scailabs.vault.kernel.error.VaultException;

/** Opens the vault that a backend names, with the credentials as they are now. Never inside a transaction. Thread-safe. */
public final class BackendOpener {
    private final CredentialReader credentials;
    private final RemoteVaults vaults;

    public BackendOpener(CredentialReader credentials, RemoteVaults vaults) {
        this.credentials = credentials;
        this.vaults = vaults;
    }

    /**
     * To be closed by the caller.
     *
     * @throws RemoteException {@link ai.scailabs.vault.federation.remote.RemoteFailure#MISCONFIGURED}, {@link ai.scailabs.vault.federation.remote.RemoteFailure#CREDENTIALS_UNUSABLE}
     * @throws VaultException {@code service_unavailable}, {@code kms_unavailable}
     */
    public RemoteVault open(Backend backend) throws RemoteException {
        if (backend.mandate() == null) {
            return vaults.open(backend.config(), null, backend.tenant());
        }
        BackendCredentials read = credentials.read(backend, backend.mandate());
        try {
            return vaults.open(backend.config(), read, backend.tenant());
        } catch (RemoteException | RuntimeException refused) {
            read.close();
            throw refused;
        }
    }
}
