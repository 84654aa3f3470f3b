package ai.scailabs.vault.api.pki;

import java.util.Base64;
import java.util.Optional;

/**
 * The question in the URI of a GET (RFC 6960 §A.1): base64, which has characters that mean something in URIs. It is read from the URI as it was sent, as clients escape some of them, all or none, proxies
 * join slashes or escape more, and some write base64 as for URLs, or without what fills it up.
 */
final class AskedInUri {
    private static final char ESCAPE = '%';

    private AskedInUri() {}

    /** @param raw what follows the authority's id and a slash; empty result for what is no base64 */
    static Optional<byte[]> decode(String raw) {
        StringBuilder text = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char next = raw.charAt(i);
            if (next == ESCAPE) {
                int escaped = i + 2 < raw.length() ? escaped(raw.charAt(i + 1), raw.charAt(i + 2)) : -1;
                if (escaped < 0) {
                    return Optional.empty();
                }
                next = (char) escaped;
                i += 2;
            }
            text.append(
                    switch (next) {
                        case '-' -> '+';
                        case '_' -> '/';
                        default -> next;
                    });
        }
        return base64(text);
    }

    private static Optional<byte[]> base64(CharSequence text) {
        int begin = 0;
        int end = text.length();
        // A slash too many between the URL and the question.
        while (begin < end && text.charAt(begin) == '/') {
            begin++;
        }
        while (end > begin && text.charAt(end - 1) == '=') {
            end--;
        }
        try {
            return Optional.of(
                    Base64.getDecoder().decode(text.subSequence(begin, end).toString()));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private static int escaped(char high, char low) {
        int first = Character.digit(high, 16);
        int second = Character.digit(low, 16);
        int octet = first < 0 || second < 0 ? -1 : first << 4 | second;
        return octet < 0x80 ? octet : -1;
    }
}
