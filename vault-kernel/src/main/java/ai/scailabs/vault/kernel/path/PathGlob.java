package ai.scailabs.vault.kernel.path;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A pattern over whole paths: {@code **} is any number of segments, {@code *} any run of characters within one segment (a segment that is only
 * {@code *} matches exactly one), {@code ?} one character. A leading {@code **} followed by more needs at least one segment; elsewhere {@code **} may
 * match none, so {@code app/**} matches {@code app}.
 */
public record PathGlob(String pattern, List<String> segments) {
    public static final int MAX_LENGTH = SecretPath.MAX_LENGTH;
    private static final String ANY_DEPTH = "**";

    private PathGlob(String pattern) {
        this(pattern, List.of(pattern.split("/", -1)));
    }

    public PathGlob {
        segments = List.copyOf(segments);
    }

    /** @throws VaultException {@code invalid_glob} */
    public static PathGlob parse(String pattern) {
        String problem = problemOf(pattern);
        if (problem != null) {
            throw new VaultException(
                    ErrorCode.INVALID_GLOB, "The path pattern " + problem, Map.of("path_pattern", problem));
        }
        return new PathGlob(pattern);
    }

    private static @Nullable String problemOf(String pattern) {
        if (pattern.isEmpty()) {
            return "is empty";
        }
        if (pattern.length() > MAX_LENGTH) {
            return "is longer than " + MAX_LENGTH + " characters";
        }
        if (pattern.startsWith("/")) {
            return "starts with a slash";
        }
        String[] segments = pattern.split("/", -1);
        if (segments.length > 2 * SecretPath.MAX_LEVELS) {
            return "has more than " + 2 * SecretPath.MAX_LEVELS + " levels";
        }
        String previous = "";
        for (String segment : segments) {
            if (segment.isEmpty()) {
                return "has an empty segment";
            }
            if (segment.equals(ANY_DEPTH) && previous.equals(ANY_DEPTH)) {
                return "repeats **";
            }
            if (!segment.equals(ANY_DEPTH) && segment.contains(ANY_DEPTH)) {
                return "has ** beside other characters of one segment";
            }
            for (int i = 0; i < segment.length(); i++) {
                char c = segment.charAt(i);
                boolean legal = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "-_.*?".indexOf(c) >= 0;
                if (!legal) {
                    return "has a character other than a-z, 0-9, '-', '_', '.', '*', '?' and '/'";
                }
            }
            previous = segment;
        }
        return null;
    }

    public boolean matches(SecretPath path) {
        return matches(path.value());
    }

    /** For the virtual paths of things that are not secrets, such as {@code partner/shared/key}. */
    public boolean matches(String path) {
        // Bit i is set when the parts so far can be matched by the first i segments; a pattern has at most 20.
        boolean leadingNeedsOne = segments.size() > 1 && segments.getFirst().equals(ANY_DEPTH);
        long reached = leadingNeedsOne ? 1L : withEmptyDepths(1L);
        for (String part : path.split("/", -1)) {
            long next = 0;
            for (int i = 0; i < segments.size(); i++) {
                if ((reached & (1L << i)) == 0) {
                    continue;
                }
                if (segments.get(i).equals(ANY_DEPTH)) {
                    next |= 1L << i;
                } else if (segmentMatches(segments.get(i), part)) {
                    next |= 1L << (i + 1);
                }
            }
            reached = withEmptyDepths(next);
        }
        return (reached & (1L << segments.size())) != 0;
    }

    /** A {@code **} that is reached may match no segment at all. */
    private long withEmptyDepths(long reached) {
        for (int i = 0; i < segments.size(); i++) {
            if ((reached & (1L << i)) != 0 && segments.get(i).equals(ANY_DEPTH)) {
                reached |= 1L << (i + 1);
            }
        }
        return reached;
    }

    /** Wildcards within one segment, by back-tracking to the last star only: linear times the number of stars. */
    public static boolean segmentMatches(String expected, String actual) {
        if (expected.equals("*")) {
            return !actual.isEmpty();
        }
        int e = 0;
        int a = 0;
        int star = -1;
        int afterStar = 0;
        while (a < actual.length()) {
            if (e < expected.length() && (expected.charAt(e) == '?' || expected.charAt(e) == actual.charAt(a))) {
                e++;
                a++;
            } else if (e < expected.length() && expected.charAt(e) == '*') {
                star = e++;
                afterStar = a;
            } else if (star >= 0) {
                e = star + 1;
                a = ++afterStar;
            } else {
                return false;
            }
        }
        while (e < expected.length() && expected.charAt(e) == '*') {
            e++;
        }
        return e == expected.length();
    }

    /** The segments before the first wildcard, with a trailing slash when more follows: every matching path starts with it or equals it without the slash. */
    public String literalPrefix() {
        StringBuilder prefix = new StringBuilder();
        for (String segment : segments) {
            if (segment.indexOf('*') >= 0 || segment.indexOf('?') >= 0) {
                return prefix.toString();
            }
            prefix.append(segment).append('/');
        }
        return pattern;
    }

    @Override
    public String toString() {
        return pattern;
    }
}
