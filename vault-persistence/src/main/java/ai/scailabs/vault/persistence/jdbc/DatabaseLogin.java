package ai.scailabs.vault.persistence.jdbc;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where the database is and as whom to log in, read from a URL such as {@code postgresql://user:password@host:5432/name?sslmode=require}. User and
 * password are percent-decoded; the query goes to the driver as it is.
 */
public record DatabaseLogin(String jdbcUrl, String user, String password) {
    private static final int DEFAULT_PORT = 5432;

    /** Empty when the text is not such a URL. */
    public static Optional<DatabaseLogin> parse(String url) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
        String scheme = uri.getScheme();
        boolean postgresql = "postgresql".equals(scheme) || "postgres".equals(scheme);
        if (!postgresql
                || uri.getHost() == null
                || uri.getRawUserInfo() == null
                || uri.getRawPath().length() < 2) {
            return Optional.empty();
        }
        String[] userInfo = uri.getRawUserInfo().split(":", 2);
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
        return Optional.of(new DatabaseLogin(
                "jdbc:postgresql://" + uri.getHost() + ":" + port + uri.getRawPath() + query,
                decoded(userInfo[0]),
                userInfo.length == 2 ? decoded(userInfo[1]) : ""));
    }

    private static String decoded(String text) {
        // URLDecoder reads + as a space, which a URL's user part does not mean.
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return user + "@" + jdbcUrl;
    }
}
