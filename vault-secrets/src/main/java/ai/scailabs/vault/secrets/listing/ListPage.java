package ai.scailabs.vault.secrets.listing;

import ai.scailabs.vault.secrets.secret.SecretView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page in the order of paths.
 *
 * @param folders each ends with a slash and holds at least one secret that the same query would list; empty when the query was recursive
 * @param nextAfter absent at the end
 */
public record ListPage(
        List<SecretView> secrets,
        List<String> folders,
        @Nullable String nextAfter) {
    public ListPage {
        secrets = List.copyOf(secrets);
        folders = List.copyOf(folders);
    }
}
