package ai.scailabs.vault.federation.hashicorp;

import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;

/**
 * An engine of the vault that holds secrets.
 *
 * @param path with the slash at its end
 * @param version of KV, 1 or 2
 */
record Mount(String path, int version) {
    private static final String DATA = "data/";

    boolean isVersioned() {
        return version == 2;
    }

    /**
     * Without what is before the secret's own path: of version 2, what follows {@code data/}.
     *
     * @param name or the beginning of one
     * @throws RemoteException {@link RemoteFailure#MISCONFIGURED} when version 2 has no such names
     */
    String within(String name) throws RemoteException {
        String rest = name.substring(path.length());
        if (!isVersioned()) {
            return rest;
        }
        if (!rest.startsWith(DATA)) {
            throw new RemoteException(
                    RemoteFailure.MISCONFIGURED,
                    "the mount " + path + " holds KV of version 2, where names begin with " + path + DATA);
        }
        return rest.substring(DATA.length());
    }

    /** Of version 2: where the secret is told of without its value. */
    String metadata(String name) throws RemoteException {
        return path + "metadata/" + within(name);
    }

    /** Where a folder is listed. */
    String list(String folder) throws RemoteException {
        return isVersioned() ? metadata(folder) : folder;
    }
}
