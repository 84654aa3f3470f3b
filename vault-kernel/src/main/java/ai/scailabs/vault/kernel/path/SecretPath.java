package ai.scailabs.vault.kernel.path;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a secret lies: 1 to 10 segments of {@code a-z 0-9 - _} joined by {@code /}, at most 512 characters. Compared as a string; nothing is ever
 * normalised, so the router, the policy and the database see the same bytes.
 */
public record SecretPath(String value) implements Comparable<SecretPath> {
    public static final int MAX_LENGTH = 512;
    public static final int MAX_LEVELS = 10;

    public SecretPath {
        String problem = problemOf(value);
        if (problem != null) {
            throw new VaultException(ErrorCode.INVALID_PATH, "The path " + problem, Map.of("rule", problem));
        }
    }

    public static boolean isLegal(String text) {
        return problemOf(text) == null;
    }

    /** Says which rule the text breaks without repeating the text, which may be a secret that slipped into the wrong place. */
    private static @Nullable String problemOf(String text) {
        if (text.isEmpty()) {
            return "is empty";
        }
        if (text.length() > MAX_LENGTH) {
            return "is longer than " + MAX_LENGTH + " characters";
        }
        int levels = 1;
        char previous = '/';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '/') {
                if (previous == '/') {
                    return i == 0 ? "starts with a slash" : "has an empty segment";
                }
                levels++;
            } else if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) {
                return "has a character other than a-z, 0-9, '-', '_' and '/'";
            }
            previous = c;
        }
        if (previous == '/') {
            return "ends with a slash";
        }
        return levels > MAX_LEVELS ? "has more than " + MAX_LEVELS + " levels" : null;
    }

    @Override
    public int compareTo(SecretPath other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
