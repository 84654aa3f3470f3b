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
    private final RemoteVaults patient;

    /** @param patient the same, where nobody waits for a call */
    public BackendOpener(CredentialReader credentials, RemoteVaults vaults, RemoteVaults patient) {
        this.credentials = credentials;
        this.vaults = vaults;
        this.patient = patient;
    }

    /**
     * To be closed by the caller.
     *
     * @throws RemoteException {@link ai.scailabs.vault.federation.remote.RemoteFailure#MISCONFIGURED}, {@link ai.scailabs.vault.federation.remote.RemoteFailure#CREDENTIALS_UNUSABLE}
     * @throws VaultException {@code service_unavailable}, {@code kms_unavailable}
     */
    public RemoteVault open(Backend backend) throws RemoteException {
        return open(backend, vaults);
    }

    /** As {@link #open}, for work that nobody waits for. */
    public RemoteVault openPatiently(Backend backend) throws RemoteException {
        return open(backend, patient);
    }

    private RemoteVault open(Backend backend, RemoteVaults by) throws RemoteException {
        if (backend.mandate() == null) {
            return by.open(backend.config(), null, backend.tenant());
        }
        BackendCredentials read = credentials.read(backend, backend.mandate());
        try {
            return by.open(backend.config(), read, backend.tenant());
        } catch (RemoteException | RuntimeException refused) {
            read.close();
            throw refused;
        }
    }
}
