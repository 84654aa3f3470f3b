package ai.scailabs.vault.persistence.jdbc;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.ssl.DefaultJavaSSLFactory;

/**
 * Where the database is and as whom to log in, read from a URL such as {@code postgresql://user:password@host:5432/name?sslmode=require}. User and
 * password are percent-decoded; the query goes to the driver, but that {@code sslmode=require} is verified as {@code verify-full} is,
 * and that without {@code sslrootcert} the certificates count that the Java runtime trusts. Several hosts, separated by commas, are tried in turn.
 */
public record DatabaseLogin(String jdbcUrl, String user, String password) {
    private static final int DEFAULT_PORT = 5432;
    private static final String HOST = "(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::[0-9]{1,5})?";
    private static final Pattern FORM =
            Pattern.compile("postgres(?:ql)?://(?<user>[^:@/?#\\s]+)(?::(?<password>[^@/?#\\s]*))?@(?<hosts>" + HOST
                    + "(?:," + HOST + ")*)/(?<name>[^/?#\\s]+)(?<query>\\?[^#\\s]*)?");
    private static final Pattern SSL_MODE = Pattern.compile("[?&]sslmode=([^&]*)");
    private static final Pattern TRUST_IN_QUERY = Pattern.compile("[?&](sslrootcert|sslfactory)=");
    /** They have their place in the front, where nothing prints them. */
    private static final Pattern LOGIN_IN_QUERY = Pattern.compile("[?&](user|password)=");

    /** Empty when the text is not such a URL. */
    public static Optional<DatabaseLogin> parse(String url) {
        Matcher matcher = FORM.matcher(url);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String query = matcher.group("query") == null ? "" : matcher.group("query");
        boolean saysTwice = SSL_MODE.matcher(query).results().count() > 1;
        if (LOGIN_IN_QUERY.matcher(query).find() || saysTwice) {
            return Optional.empty();
        }
        try {
            String password = matcher.group("password");
            return Optional.of(new DatabaseLogin(
                    "jdbc:postgresql://" + withPorts(matcher.group("hosts")) + "/" + matcher.group("name")
                            + verified(query),
                    decoded(matcher.group("user")),
                    password == null ? "" : decoded(password)));
        } catch (IllegalArgumentException badEscapeOrPort) {
            return Optional.empty();
        }
    }

    /** As in the URL after the change that {@link #parse} makes; empty when it says nothing, which is the driver's {@code prefer}. */
    public String sslMode() {
        Matcher mode = SSL_MODE.matcher(jdbcUrl);
        return mode.find() ? mode.group(1) : "";
    }

    /** Encryption without verification helps against nobody who can reach the connection: it is not offered. */
    private static String verified(String query) {
        String certain = query.replaceFirst("([?&]sslmode=)require(?=&|$)", "$1verify-full");
        Matcher mode = SSL_MODE.matcher(certain);
        boolean verifies = mode.find() && mode.group(1).startsWith("verify-");
        return verifies && !TRUST_IN_QUERY.matcher(certain).find()
                ? certain + "&sslfactory=" + DefaultJavaSSLFactory.class.getName()
                : certain;
    }

    private static String withPorts(String hosts) {
        StringBuilder complete = new StringBuilder();
        for (String host : hosts.split(",", -1)) {
            int colon = host.lastIndexOf(':');
            boolean hasPort = colon > host.lastIndexOf(']') && colon >= 0;
            if (hasPort && Integer.parseInt(host.substring(colon + 1)) > 0xffff) {
                throw new IllegalArgumentException("no such port");
            }
            complete.append(complete.isEmpty() ? "" : ",").append(host).append(hasPort ? "" : ":" + DEFAULT_PORT);
        }
        return complete.toString();
    }

    private static String decoded(String text) {
        // URLDecoder reads + as a space, which a URL's user part does not mean.
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Without the password and the query, which may name another one. */
    @Override
    public String toString() {
        int query = jdbcUrl.indexOf('?');
        return user + "@" + (query < 0 ? jdbcUrl : jdbcUrl.substring(0, query));
    }
}
