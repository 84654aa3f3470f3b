package ai.scailabs.vault.secrets.version;

import ai.scailabs.vault.secrets.mount.MountSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Versions, newest first.
 *
 * @param nextAfter what to ask for to get the next page; absent at the end
 * @param source the vault in which the secret lies; absent for one of our own
 */
public record VersionPage(
        List<VersionView> versions,
        @Nullable Integer nextAfter,
        @Nullable MountSource source) {
    public VersionPage {
        versions = List.copyOf(versions);
    }

    /** Of a secret of our own. */
    VersionPage(List<VersionView> versions, @Nullable Integer nextAfter) {
        this(versions, nextAfter, null);
    }
}
