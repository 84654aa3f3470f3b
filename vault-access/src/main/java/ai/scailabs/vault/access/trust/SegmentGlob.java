package ai.scailabs.vault.access.trust;

import java.util.regex.Pattern;

/**
 * A pattern over names whose parts stand between {@code :} and {@code /}, such as {@code repo:acme/app:ref:refs/heads/main}: {@code *} is any run of characters within one part,
 * {@code **} any run at all, {@code ?} one character of a part. Compared byte by byte; there is no way to mean a star itself.
 */
public record SegmentGlob(String pattern) {
    static final int MAX_LENGTH = 512;

    private static final Pattern FORM = Pattern.compile("[!-~]{1," + MAX_LENGTH + "}");

    public SegmentGlob {
        if (!isOne(pattern)) {
            throw new IllegalArgumentException("not a pattern");
        }
    }

    /** Printable ASCII without spaces, with no more than two stars in a row. */
    static boolean isOne(String text) {
        return FORM.matcher(text).matches() && !text.contains("***");
    }

    boolean isLiteral() {
        return pattern.indexOf('*') < 0 && pattern.indexOf('?') < 0;
    }

    /** Whole parts before the first wildcard. */
    int literalParts() {
        int parts = 0;
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (isWildcard(c)) {
                return parts;
            }
            if (isSeparator(c)) {
                parts++;
            }
        }
        return parts + 1;
    }

    /** Takes time in proportion to the product of both lengths, whatever the pattern. */
    public boolean matches(String text) {
        if (text.length() > MAX_LENGTH) {
            return false;
        }
        // reached[i]: the part of the pattern that was looked at matches the first i characters.
        boolean[] reached = new boolean[text.length() + 1];
        reached[0] = true;
        for (int p = 0; p < pattern.length(); p++) {
            char c = pattern.charAt(p);
            if (c == '*') {
                boolean across = p + 1 < pattern.length() && pattern.charAt(p + 1) == '*';
                p += across ? 1 : 0;
                spread(reached, text, across);
            } else {
                advance(reached, text, c);
            }
        }
        return reached[text.length()];
    }

    private static void spread(boolean[] reached, String text, boolean across) {
        for (int i = 0; i < text.length(); i++) {
            reached[i + 1] |= reached[i] && (across || !isSeparator(text.charAt(i)));
        }
    }

    private static void advance(boolean[] reached, String text, char expected) {
        for (int i = text.length(); i > 0; i--) {
            char actual = text.charAt(i - 1);
            boolean fits = expected == '?' ? !isSeparator(actual) : expected == actual;
            reached[i] = reached[i - 1] && fits;
        }
        reached[0] = false;
    }

    private static boolean isSeparator(char c) {
        return c == ':' || c == '/';
    }

    private static boolean isWildcard(char c) {
        return c == '*' || c == '?';
    }

    @Override
    public String toString() {
        return pattern;
    }
}
