package ai.scailabs.vault.identity.scaikey;

import java.time.Instant;
import java.util.List;

/**
 * Part of a list, in the order of ids.
 *
 * @param asOf when it was true, by ScaiKey's clock
 * @param lastId where the next page begins behind; empty when this one has nothing
 * @param hasMore whether there is a next page
 */
public record ToldPage<T>(Instant asOf, List<T> items, String lastId, boolean hasMore) {
    public ToldPage {
        items = List.copyOf(items);
    }
}
