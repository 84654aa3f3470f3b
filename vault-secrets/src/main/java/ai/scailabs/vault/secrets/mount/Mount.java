package ai.scailabs.vault.secrets.mount;

import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Paths that lie in another vault, read there at the moment of asking. Whoever asks has been allowed to by our policies before. Two are equal when they are the same mount in the same state. Thread-safe.
 *
 * <p>Besides what each method names: {@code backend_unavailable} with {@code details.backend} and {@code details.reason}, within the time that the mount allows, and {@code secret_not_found}.
 */
public interface Mount {
    MountSource source();

    /** Whether the path is one of the mount's. */
    boolean covers(String path);

    /** What all its paths begin with; may be empty. */
    String prefix();

    /**
     * The value of one version, which the caller closes.
     *
     * @param reader for whom it is read: nobody else is given the same answer
     * @param version absent for the current one
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code version_not_found}
     */
    MountedValue read(IdentityId reader, SecretPath path, @Nullable Integer version);

    MountedDescription describe(SecretPath path);

    /** Newest first. */
    List<MountedVersion> versions(SecretPath path);

    /**
     * Its paths that begin so, in no order.
     *
     * @param prefix of a path, or empty
     */
    List<SecretPath> paths(String prefix);
}
