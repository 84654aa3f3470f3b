package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.kernel.path.PathGlob;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Segments with wildcards in them, found by the literal text with which they begin, or else end. */
final class PartialSegments<T> {
    private final Map<String, T> all = new LinkedHashMap<>();
    private final Fixed<T> byPrefix = new Fixed<>(true);
    private final Fixed<T> bySuffix = new Fixed<>(false);

    T computeIfAbsent(String glob, Supplier<T> make) {
        T known = all.get(glob);
        if (known != null) {
            return known;
        }
        T made = make.get();
        all.put(glob, made);
        int prefix = firstWildcard(glob);
        if (prefix > 0) {
            byPrefix.add(glob.substring(0, prefix), glob, made);
        } else {
            int last = Math.max(glob.lastIndexOf('*'), glob.lastIndexOf('?'));
            bySuffix.add(glob.substring(last + 1), glob, made);
        }
        return made;
    }

    private static int firstWildcard(String glob) {
        int star = glob.indexOf('*');
        int mark = glob.indexOf('?');
        return star < 0 ? mark : mark < 0 ? star : Math.min(star, mark);
    }

    void forEach(Consumer<T> action) {
        all.values().forEach(action);
    }

    void matching(String segment, Consumer<T> action) {
        byPrefix.matching(segment, action);
        bySuffix.matching(segment, action);
    }

    /** By a literal text at one end of the segment. The lengths that occur are few: each is looked up once. */
    private static final class Fixed<T> {
        private final boolean atBeginning;
        private final TreeMap<Integer, Map<String, List<Partial<T>>>> byLength = new TreeMap<>();

        Fixed(boolean atBeginning) {
            this.atBeginning = atBeginning;
        }

        void add(String text, String glob, T value) {
            byLength.computeIfAbsent(text.length(), length -> new HashMap<>())
                    .computeIfAbsent(text, key -> new ArrayList<>(1))
                    .add(new Partial<>(glob, value));
        }

        void matching(String segment, Consumer<T> action) {
            byLength.forEach((length, texts) -> {
                if (length <= segment.length()) {
                    String text =
                            atBeginning ? segment.substring(0, length) : segment.substring(segment.length() - length);
                    for (Partial<T> partial : texts.getOrDefault(text, List.of())) {
                        if (PathGlob.segmentMatches(partial.glob(), segment)) {
                            action.accept(partial.value());
                        }
                    }
                }
            });
        }
    }

    private record Partial<T>(String glob, T value) {}
}
