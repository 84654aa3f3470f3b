package ai.scailabs.vault.credentials.ssh;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What principals may be written like. No name has characters that lists or patterns of OpenSSH give a meaning, or that people do not see. */
final class PrincipalSyntax {
    static final int MAX_BYTES = 255;

    private static final int MAX_HOST = 253;
    private static final String OF_LISTS_AND_PATTERNS = ",*?!\"";
    private static final String LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
    private static final Pattern HOST = Pattern.compile(LABEL + "(?:\\." + LABEL + ")*");
    private static final Pattern ENDS_LIKE_AN_ADDRESS = Pattern.compile("(?:.*\\.)?[0-9]+");

    private PrincipalSyntax() {}

    /** What is wrong with it. */
    static Optional<String> problem(SshCertificateType type, String name) {
        return switch (type) {
            case USER -> userProblem(name);
            case HOST -> hostProblem(name);
        };
    }

    private static Optional<String> userProblem(String name) {
        if (name.equals("*")) {
            return Optional.of("must be exact names: there is no * for any user");
        }
        if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            return Optional.of("must have 1 to " + MAX_BYTES + " bytes");
        }
        boolean plain = isPrintable(name)
                && name.codePoints()
                        .noneMatch(character ->
                                Character.isSpaceChar(character) || OF_LISTS_AND_PATTERNS.indexOf(character) >= 0);
        return plain
                ? Optional.empty()
                : Optional.of("must be an exact name: without spaces, commas, quotes, patterns and control characters");
    }

    private static Optional<String> hostProblem(String name) {
        if (name.indexOf('*') >= 0) {
            return Optional.of("must be exact names: there is no wildcard for hosts");
        }
        boolean host = name.length() <= MAX_HOST
                && HOST.matcher(name).matches()
                && !ENDS_LIKE_AN_ADDRESS.matcher(name).matches();
        return host ? Optional.empty() : Optional.of("must be the name of a host in DNS");
    }

    /** Names of hosts in small letters; what is not ASCII stays, so that no other letter becomes one of these. */
    static String lowerCase(String host) {
        return StandardCharsets.US_ASCII.newEncoder().canEncode(host) ? host.toLowerCase(Locale.ROOT) : host;
    }

    /** Whether everybody who reads it sees all of it, in the order in which it is written. */
    static boolean isPrintable(String text) {
        return text.codePoints().noneMatch(PrincipalSyntax::isHidden);
    }

    private static boolean isHidden(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
