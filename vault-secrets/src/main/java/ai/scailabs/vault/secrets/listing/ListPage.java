package ai.scailabs.vault.secrets.listing;

import ai.scailabs.vault.secrets.mount.MountSource;
import ai.scailabs.vault.secrets.secret.SecretView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page in the order of paths.
 *
 * @param mounted secrets that lie in other vaults
 * @param folders each ends with a slash and holds at least one secret that the same query would list; empty when the query was recursive
 * @param unavailable vaults that did not answer, whose secrets are missing on this page
 * @param nextAfter absent at the end
 */
public record ListPage(
        List<SecretView> secrets,
        List<MountedPath> mounted,
        List<String> folders,
        List<MountSource> unavailable,
        @Nullable String nextAfter) {
    public ListPage {
        secrets = List.copyOf(secrets);
        mounted = List.copyOf(mounted);
        folders = List.copyOf(folders);
        unavailable = List.copyOf(unavailable);
    }

    /** With nothing but secrets of our own. */
    ListPage(List<SecretView> secrets, List<String> folders, @Nullable String nextAfter) {
        this(secrets, List.of(), folders, List.of(), nextAfter);
    }
}
