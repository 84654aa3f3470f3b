package ai.scailabs.vault.secrets.version;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Versions, newest first.
 *
 * @param nextAfter what to ask for to get the next page; absent at the end
 */
public record VersionPage(
        List<VersionView> versions, @Nullable Integer nextAfter) {
    public VersionPage {
        versions = List.copyOf(versions);
    }
}
