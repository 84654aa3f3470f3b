package ai.scailabs.vault.access.redis;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where Redis is and how to log in, read from {@code redis://user:password@host:6379/0}, or {@code rediss://} for TLS. User and password are
 * percent-decoded; both may be missing, as may the user alone ({@code redis://:password@host}).
 *
 * @param user empty: the default user
 * @param password empty: no login
 */
public record RedisLogin(boolean tls, String user, String password, String host, int port, int database) {
    private static final int DEFAULT_PORT = 6379;
    private static final Pattern FORM = Pattern.compile("(?<scheme>rediss?)://"
            + "(?:(?<user>[^:@/?#\\s\\p{Cntrl}]*):(?<password>[^:@/?#\\s\\p{Cntrl}]+)@)?"
            + "(?:(?<name>[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}))|\\[(?<v6>[0-9A-Fa-f:.]{2,45})])"
            + "(?::(?<port>[0-9]{1,5}))?(?:/(?<database>[0-9]{1,4})?)?");

    /** Empty when the text is not such a URL. */
    public static Optional<RedisLogin> parse(String url) {
        Matcher matcher = FORM.matcher(url);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int port = number(matcher.group("port"), DEFAULT_PORT);
        if (port < 1 || port > 0xffff) {
            return Optional.empty();
        }
        try {
            return Optional.of(new RedisLogin(
                    matcher.group("scheme").equals("rediss"),
                    decoded(matcher.group("user")),
                    decoded(matcher.group("password")),
                    matcher.group("name") == null ? matcher.group("v6") : matcher.group("name"),
                    port,
                    number(matcher.group("database"), 0)));
        } catch (IllegalArgumentException badEscape) {
            return Optional.empty();
        }
    }

    private static int number(String digits, int otherwise) {
        return digits == null ? otherwise : Integer.parseInt(digits);
    }

    private static String decoded(String text) {
        // URLDecoder reads + as a space, which a URL's user part does not mean.
        return text == null ? "" : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return (tls ? "rediss://" : "redis://") + (user.isEmpty() ? "" : user + "@") + host + ":" + port + "/"
                + database;
    }
}
