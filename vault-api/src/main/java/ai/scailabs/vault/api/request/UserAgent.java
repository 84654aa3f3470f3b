package ai.scailabs.vault.api.request;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a caller says of its program. It goes into the audit log as the caller wrote it, so it is cut, cleaned, and rid of credentials that slipped into it. */
final class UserAgent {
    private static final int MAX_LENGTH = 256;

    /** A JWT or its beginning, a personal token, and whatever follows the name of a scheme. */
    private static final Pattern CREDENTIAL =
            Pattern.compile("eyJ[A-Za-z0-9_.=-]+|skt_[A-Za-z0-9_.=-]*|(?i:bearer|basic)[ :=]+[^ ]+");

    private UserAgent() {}

    /** Printable ASCII of at most {@value #MAX_LENGTH} characters; null for none. */
    static @Nullable String of(@Nullable String given) {
        if (given == null) {
            return null;
        }
        String text = cut(given);
        boolean printable = true;
        boolean afterScheme = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            printable &= c >= ' ' && c <= '~';
            afterScheme |= i > 0 && (c == ' ' || c == ':' || c == '=') && endsScheme(text.charAt(i - 1));
        }
        String clean = printable ? text : text.replaceAll("[^ -~]", "?");
        return afterScheme || holdsToken(clean) ? cut(CREDENTIAL.matcher(clean).replaceAll("[redacted]")) : clean;
    }

    /** Cheap, as it is asked of every request; the pattern is not. */
    private static boolean endsScheme(char last) {
        int lower = last | 0x20;
        return lower == 'r' || lower == 'c';
    }

    /** Whether the text has what a token of ours begins with. */
    static boolean holdsToken(String text) {
        return text.contains("eyJ") || text.contains("skt_");
    }

    private static String cut(String text) {
        return text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) : text;
    }
}
