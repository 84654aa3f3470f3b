package ai.scailabs.vault.secrets.listing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Paths from {@code from} to before {@code to}, compared as bytes. Within a path only {@code - / 0-9 _ a-z} occur, in this order, so the next path after {@code p} that
 * could exist is {@code p-}, and everything below {@code p/} lies before {@code p0}.
 */
record PathRange(String from, String to) {
    private static final String BEYOND_ALL = "{";
    private static final char FIRST_CHARACTER = '-';
    private static final char AFTER_SLASH = '0';

    static PathRange everything() {
        return new PathRange("", BEYOND_ALL);
    }

    static PathRange exactly(String path) {
        return new PathRange(path, path + FIRST_CHARACTER);
    }

    /** @param folder with its slash at the end */
    static PathRange below(String folder) {
        return new PathRange(folder, afterFolder(folder));
    }

    static String afterFolder(String folder) {
        return folder.substring(0, folder.length() - 1) + AFTER_SLASH;
    }

    static String afterPath(String path) {
        return path + FIRST_CHARACTER;
    }

    /** What a caller means by a prefix: the path itself and everything below it. */
    static List<PathRange> ofPrefix(String prefix) {
        if (prefix.isEmpty()) {
            return List.of(everything());
        }
        return prefix.endsWith("/") ? List.of(below(prefix)) : List.of(exactly(prefix), below(prefix + "/"));
    }

    /** What a rule can reach: whatever starts with the text, or equals it without its last slash. */
    static List<PathRange> ofLiteral(String literal) {
        if (literal.isEmpty()) {
            return List.of(everything());
        }
        if (literal.endsWith("/")) {
            return List.of(exactly(literal.substring(0, literal.length() - 1)), below(literal));
        }
        int last = literal.length() - 1;
        return List.of(new PathRange(literal, literal.substring(0, last) + (char) (literal.charAt(last) + 1)));
    }

    boolean isEmpty() {
        return from.compareTo(to) >= 0;
    }

    PathRange startingAt(String path) {
        return from.compareTo(path) >= 0 ? this : new PathRange(path, to);
    }

    /** What lies in one range of each list, in order and without overlaps. */
    static List<PathRange> intersection(List<PathRange> one, List<PathRange> other) {
        List<PathRange> common = new ArrayList<>();
        for (PathRange a : one) {
            for (PathRange b : other) {
                PathRange both = new PathRange(
                        a.from.compareTo(b.from) >= 0 ? a.from : b.from, a.to.compareTo(b.to) <= 0 ? a.to : b.to);
                if (!both.isEmpty()) {
                    common.add(both);
                }
            }
        }
        return merged(common);
    }

    private static List<PathRange> merged(List<PathRange> ranges) {
        ranges.sort(Comparator.comparing(PathRange::from));
        List<PathRange> merged = new ArrayList<>();
        for (PathRange range : ranges) {
            PathRange last = merged.isEmpty() ? null : merged.getLast();
            if (last != null && range.from.compareTo(last.to) <= 0) {
                String end = range.to.compareTo(last.to) > 0 ? range.to : last.to;
                merged.set(merged.size() - 1, new PathRange(last.from, end));
            } else {
                merged.add(range);
            }
        }
        return merged;
    }
}
