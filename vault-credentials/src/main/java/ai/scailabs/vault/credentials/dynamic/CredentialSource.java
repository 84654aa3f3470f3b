package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.credentials.connector.TargetException;
import java.time.Instant;

/** The target of an engine, opened for one piece of work; to be closed. A few things may be done with it at once. Thread-safe. */
public interface CredentialSource extends AutoCloseable {
    /** Finds out whether credentials could be made. */
    void verify() throws TargetException;

    /**
     * Looks at what somebody wants. Connects nowhere, and makes nothing.
     *
     * @throws ai.scailabs.vault.kernel.error.VaultException for what the role does not allow
     */
    NewCredential prepare(MintRequest request);

    /** Moves the end of a credential at the target, where that knows one. */
    void renew(LeasedAccount lease, Instant until) throws TargetException;

    /** Takes a credential away, with what is open by it. One that is not there is success. */
    void revoke(LeasedAccount lease) throws TargetException;

    /** As {@link #revoke}, after a creation of which nobody knows how far it came. */
    void rollback(LeasedAccount lease) throws TargetException;

    /** Whether nobody can take it away, and it is over by itself when its lease expires. */
    default boolean endsByItself(LeasedAccount lease) {
        return false;
    }

    @Override
    void close();
}
