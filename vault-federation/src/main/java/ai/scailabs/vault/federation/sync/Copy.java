package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a path held there when it was last looked at, and which version of ours that is.
 *
 * @param valueMac see {@link Fingerprints}
 * @param metadataMac the same of what the vault told besides
 * @param mark see {@link ai.scailabs.vault.federation.remote.RemoteName}
 * @param until how long one that is gone can be brought back; present for these only
 * @param change what the run did that wrote this
 */
record Copy(
        SecretPath path,
        State state,
        int remoteVersion,
        byte[] valueMac,
        byte[] metadataMac,
        @Nullable String mark,
        int localVersion,
        @Nullable Instant until,
        Change change) {
    /** What our version is. */
    enum State {
        COPIED,
        /** Of what is there no more. */
        LEAVING,
        /** It was deleted there, and therefore here. */
        GONE,
        /** Another than there, and stays. */
        KEPT
    }

    /** What was done. */
    enum Change {
        CREATED,
        UPDATED,
        DELETED,
        /** It was the same already. */
        ADOPTED,
        /** It was only seen. */
        NONE
    }

    /** Of a path that is deleted there: ours follows when the run has seen all the others. */
    Copy leaving() {
        return new Copy(
                path, State.LEAVING, remoteVersion, valueMac, metadataMac, null, localVersion, null, Change.NONE);
    }

    Copy gone(Instant recoverableUntil) {
        return new Copy(
                path,
                State.GONE,
                remoteVersion,
                valueMac,
                metadataMac,
                null,
                localVersion,
                recoverableUntil,
                Change.DELETED);
    }

    /** The same, known by another mark. */
    Copy marked(@Nullable String newMark) {
        return new Copy(
                path, State.COPIED, remoteVersion, valueMac, metadataMac, newMark, localVersion, null, Change.NONE);
    }

    @Override
    public String toString() {
        return path + " " + state;
    }
}
