package ai.scailabs.vault.api.request;

import ai.scailabs.vault.kernel.error.VaultException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Versions as entity tags (RFC 9110 §8.8.3): {@code "3"}. */
public final class EntityTags {
    private static final Pattern VERSION = Pattern.compile("\"([1-9][0-9]{0,9})\"");

    private EntityTags() {}

    public static String of(int version) {
        return "\"" + version + "\"";
    }

    /** The version that {@code If-Match} demands. */
    public static OptionalInt ifMatch(HttpServletRequest request) {
        String value = request.getHeader("If-Match");
        if (value == null) {
            return OptionalInt.empty();
        }
        Matcher matcher = VERSION.matcher(value.strip());
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) > Integer.MAX_VALUE) {
            throw VaultException.invalidField("If-Match", "takes one version in quotes, such as \"3\"");
        }
        return OptionalInt.of(Integer.parseInt(matcher.group(1)));
    }

    /** Whether {@code If-None-Match: *} demands that nothing exists. */
    public static boolean mustNotExist(HttpServletRequest request) {
        String value = request.getHeader("If-None-Match");
        if (value == null) {
            return false;
        }
        if (!value.strip().equals("*")) {
            throw VaultException.invalidField("If-None-Match", "takes * only");
        }
        return true;
    }
}
