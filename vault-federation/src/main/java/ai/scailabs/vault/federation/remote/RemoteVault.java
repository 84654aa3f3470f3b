package ai.scailabs.vault.federation.remote;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Another vault, written to only where somebody asked for exactly that. A name is what that vault calls a secret, and is used as it stands: whatever it holds besides, it leads to that secret or to none. Every call ends
 * within the time that the vault was opened with. Thread-safe.
 */
public interface RemoteVault extends AutoCloseable {
    /** Of the value of one secret, as it comes. */
    int MAX_VALUE_BYTES = 1024 * 1024;

    /**
     * Whether it can be used: it is reached, it takes the credentials, and what the names begin with is there.
     *
     * @param prefixes what the names that will be asked for begin with
     * @throws RemoteException also with {@link RemoteFailure#MISCONFIGURED}, when a prefix cannot be one of this vault
     */
    void probe(List<String> prefixes) throws RemoteException;

    /**
     * @param version absent for the current one
     * @return to be closed by the caller
     * @throws RemoteException {@link RemoteFailure#NOT_FOUND}, also for one that is deleted there; {@link RemoteFailure#VERSION_NOT_FOUND}
     */
    RemoteSecret read(String name, @Nullable Integer version) throws RemoteException;

    /** @throws RemoteException {@link RemoteFailure#NOT_FOUND}, also for one that is deleted there */
    RemoteDescription describe(String name) throws RemoteException;

    /**
     * Newest first; those that the vault still knows of.
     *
     * @throws RemoteException {@link RemoteFailure#NOT_FOUND}, also for one that is deleted there
     */
    List<RemoteVersion> versions(String name) throws RemoteException;

    /**
     * The secrets whose names begin so, in no order. Those that are deleted there are left out where the vault tells.
     *
     * @param prefix may be empty
     * @param deep false when what lies below a further slash may be given as a name that ends with that slash, in place of what is there
     * @param most fails with {@link RemoteFailure#TOO_LARGE} when there are more
     */
    List<String> names(String prefix, boolean deep, int most) throws RemoteException;

    /**
     * As {@link #names}, with what lets a copy be known for current without being asked for. Vaults that tell of none are asked for every secret.
     *
     * @throws RemoteException as {@link #names}
     */
    default List<RemoteName> listed(String prefix, boolean deep, int most) throws RemoteException {
        return names(prefix, deep, most).stream()
                .map(name -> new RemoteName(name, null))
                .toList();
    }

    /**
     * The current value and what is told of the secret besides, which is nothing when the credentials may not ask for it.
     *
     * @return to be closed by the caller
     * @throws RemoteException {@link RemoteFailure#NOT_FOUND}, also for one that is deleted there
     */
    default RemoteCopy copy(String name) throws RemoteException {
        RemoteSecret secret = read(name, null);
        try {
            return new RemoteCopy(secret, describe(name).metadataJson(), null);
        } catch (RemoteException failed) {
            if (failed.failure() == RemoteFailure.FORBIDDEN) {
                return new RemoteCopy(secret, RemoteDescription.NOTHING_TOLD, null);
            }
            secret.close();
            throw failed;
        } catch (RuntimeException failed) {
            secret.close();
            throw failed;
        }
    }

    /**
     * Makes a value the current one. It is tried once: whether it was written when no answer comes is not known.
     *
     * @param data a JSON object, see {@link RemoteValues#toText}; stays the caller's to close
     * @param seen the version that it takes the place of; absent for a secret that is not there. Vaults that can compare it do, so that nothing is lost that came in between
     * @throws RemoteException {@link RemoteFailure#CHANGED}, {@link RemoteFailure#VALUE_REFUSED}
     */
    void write(String name, SensitiveBytes data, @Nullable RemoteVersion seen) throws RemoteException;

    /** Forgets credentials and connections. */
    @Override
    void close();
}
