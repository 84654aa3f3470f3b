package ai.scailabs.vault.credentials.dynamic;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/** Pages of what somebody may see, of what there is. */
final class Pages {
    private static final int READ_AT_ONCE = 200;

    private Pages() {}

    /** @param read what comes after a name, as many rows as it is told at most */
    static <T> List<T> filtered(
            int wanted,
            String after,
            Function<T, String> name,
            BiFunction<String, Integer, List<T>> read,
            Predicate<T> seen) {
        List<T> page = new ArrayList<>();
        String from = after;
        while (page.size() < wanted) {
            List<T> rows = read.apply(from, READ_AT_ONCE);
            for (T row : rows) {
                if (page.size() < wanted && seen.test(row)) {
                    page.add(row);
                }
            }
            if (rows.size() < READ_AT_ONCE) {
                break;
            }
            from = name.apply(rows.getLast());
        }
        return page;
    }
}
