package ai.scailabs.vault.credentials.connector;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.net.IpAddress;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a connection URL says: a host, a port, a database, and whether there is to be TLS. Drivers have options that read files, load classes and call other servers, so
 * that every option is refused but those for TLS and, for MongoDB, the few that say whose users log in and where.
 *
 * @param database of MongoDB: whose users log in
 */
record ConnectionUrl(
        String host,
        int port,
        String database,
        Tls tls,
        @Nullable String replicaSet) {
    /** What the URL says of it. */
    enum Tls {
        WANTED,
        UNWANTED,
        UNSAID
    }

    private static final int LONGEST = 2_048;
    private static final int MOST_PORT = 0xffff;
    private static final String LOGIN = "{{username}}:{{password}}";
    private static final Set<String> HERE = Set.of("localhost", "127.0.0.1", "::1");
    private static final String AUTHORITY =
            "(?<host>[A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(?::(?<port>[0-9]{1,5}))?";
    private static final String TAIL = "(?:/(?<database>[A-Za-z0-9_.$-]{0,63}))?(?:\\?(?<options>.*))?";
    private static final Pattern FORM = Pattern.compile("(?<scheme>[a-z]+)://" + AUTHORITY + TAIL);
    /** As the driver of Go has it. */
    private static final Pattern GO_FORM = Pattern.compile("tcp\\(" + AUTHORITY + "\\)" + TAIL);

    private static final Pattern MONGODB_DATABASE = Pattern.compile("[A-Za-z0-9_-]{0,63}");
    private static final String MONGODB_USERS = "admin";

    /** @throws VaultException {@code invalid_config} */
    static ConnectionUrl parse(TargetType type, String text) {
        if (text.length() > LONGEST) {
            throw invalid("connection_url", "is too long");
        }
        if (type == TargetType.MONGODB && text.startsWith("mongodb+srv:")) {
            throw invalid(
                    "connection_url", "must be of the form mongodb://, as nobody has checked the hosts that DNS names");
        }
        String bare = withoutLogin(text);
        if (type == TargetType.MONGODB && bare.indexOf(',') >= 0) {
            throw invalid("connection_url", "must name one host, which is the only one that is connected to");
        }
        Matcher form = FORM.matcher(bare);
        if (form.matches()) {
            return of(type, form, ofScheme(type, form.group("scheme")));
        }
        Matcher goForm = GO_FORM.matcher(bare);
        if (type == TargetType.MYSQL && goForm.matches()) {
            return of(type, goForm, Tls.UNSAID);
        }
        throw invalid("connection_url", "is not the URL of a server, such as " + example(type));
    }

    /** Who is logged in as comes from the secret that the engine names; a URL is shown to people. */
    private static String withoutLogin(String text) {
        int scheme = text.indexOf("://");
        int begin = scheme < 0 ? 0 : scheme + 3;
        if (text.startsWith(LOGIN + "@", begin)) {
            return text.substring(0, begin) + text.substring(begin + LOGIN.length() + 1);
        }
        if (text.indexOf('@') >= 0) {
            throw invalid("connection_url", "may have " + LOGIN + " before the host, and no other login");
        }
        return text;
    }

    private static ConnectionUrl of(TargetType type, Matcher form, Tls said) {
        String host = form.group("host");
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        if (host.startsWith("[") && IpAddress.parse(bare).isEmpty()) {
            throw invalid("connection_url", "has an address that is none");
        }
        int port = form.group("port") == null ? type.port() : Integer.parseInt(form.group("port"));
        if (port < 1 || port > MOST_PORT) {
            throw invalid("connection_url", "has a port that is none");
        }
        String database = form.group("database") == null ? "" : form.group("database");
        if (type == TargetType.POSTGRESQL && database.isEmpty()) {
            throw invalid("connection_url", "must name a database");
        }
        if (type == TargetType.REDIS && !database.matches("[0-9]{0,5}")) {
            throw invalid("connection_url", "has a database that Redis does not number so");
        }
        ConnectionOptions options = ConnectionOptions.parse(type, form.group("options"), said);
        return new ConnectionUrl(
                bare,
                port,
                type == TargetType.MONGODB ? users(database, options.authSource()) : database,
                options.tls(),
                options.replicaSet());
    }

    /** As drivers of MongoDB take it from a URL. */
    private static String users(String database, String authSource) {
        if (!MONGODB_DATABASE.matcher(database).matches()) {
            throw invalid("connection_url", "has a database that is none");
        }
        if (!authSource.isEmpty()) {
            return authSource;
        }
        return database.isEmpty() ? MONGODB_USERS : database;
    }

    private static Tls ofScheme(TargetType type, String scheme) {
        boolean known = switch (type) {
            case POSTGRESQL -> Set.of("postgresql", "postgres").contains(scheme);
            case MYSQL -> Set.of("mysql", "mariadb").contains(scheme);
            case REDIS -> Set.of("redis", "rediss").contains(scheme);
            case MONGODB -> scheme.equals("mongodb");
        };
        if (!known) {
            throw invalid("connection_url", "is not the URL of a server, such as " + example(type));
        }
        return type != TargetType.REDIS ? Tls.UNSAID : scheme.equals("rediss") ? Tls.WANTED : Tls.UNWANTED;
    }

    private static String example(TargetType type) {
        return switch (type) {
            case POSTGRESQL -> "postgresql://" + LOGIN + "@db.example.com:5432/app?sslmode=verify-full";
            case MYSQL -> "mysql://" + LOGIN + "@db.example.com:3306/";
            case REDIS -> "rediss://" + LOGIN + "@cache.example.com:6379";
            case MONGODB -> "mongodb://" + LOGIN + "@db.example.com:27017/?authSource=admin";
        };
    }

    boolean isHere() {
        return HERE.contains(host.toLowerCase(Locale.ROOT));
    }

    static VaultException invalid(String member, String problem) {
        return new VaultException(
                ErrorCode.INVALID_CONFIG, "config." + member + " " + problem, Map.of("field", "config." + member));
    }
}
