package ai.scailabs.vault.identity.directory;

import java.util.List;

/**
 * A part of a list.
 *
 * @param total of the whole list
 */
public record ListPage<T>(List<T> items, long total) {
    public ListPage {
        items = List.copyOf(items);
    }
}
