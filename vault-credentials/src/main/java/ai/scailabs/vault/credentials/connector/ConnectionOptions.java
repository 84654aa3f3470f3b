package ai.scailabs.vault.credentials.connector;

import ai.scailabs.vault.credentials.connector.ConnectionUrl.Tls;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a connection URL says after its question mark. What no type of target knows is refused by its name.
 *
 * @param authSource of MongoDB: the database whose users log in; empty where it is not said
 * @param replicaSet of MongoDB: what the server must be a member of
 */
record ConnectionOptions(
        Tls tls, String authSource, @Nullable String replicaSet) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,40}");
    private static final Pattern PLAIN_VALUE = Pattern.compile("[A-Za-z0-9_-]{1,63}");

    /**
     * @param said by the scheme
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code invalid_config}
     */
    static ConnectionOptions parse(TargetType type, @Nullable String options, Tls said) {
        ConnectionOptions found = new ConnectionOptions(said, "", null);
        if (options == null || options.isEmpty()) {
            return found;
        }
        Set<String> seen = new HashSet<>();
        for (String option : options.split("&", -1)) {
            int equals = option.indexOf('=');
            String name = equals < 0 ? option : option.substring(0, equals);
            String key = key(type, name);
            if (key.isEmpty()) {
                // What is no option at all may be a password that slipped in.
                String named = equals > 0 && NAME.matcher(name).matches() ? " " + name : "";
                throw ConnectionUrl.invalid("connection_url", "has an option" + named + " that is not permitted");
            }
            if (!seen.add(key)) {
                throw ConnectionUrl.invalid(
                        "connection_url",
                        key.equals("tls") ? "says twice whether there is to be TLS" : "says " + key + " twice");
            }
            found = found.with(type, key, option.substring(equals + 1));
        }
        return found;
    }

    /** The option by one name of several; empty for what is none. */
    private static String key(TargetType type, String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return switch (type) {
            case POSTGRESQL, MYSQL -> Set.of("sslmode", "ssl-mode", "tls").contains(lower) ? "tls" : "";
            case REDIS -> "";
            case MONGODB ->
                switch (lower) {
                    case "tls", "ssl" -> "tls";
                    case "authsource" -> "authSource";
                    case "replicaset" -> "replicaSet";
                    case "directconnection" -> "directConnection";
                    default -> "";
                };
        };
    }

    private ConnectionOptions with(TargetType type, String key, String value) {
        return switch (key) {
            case "authSource" -> new ConnectionOptions(tls, plain(key, value), replicaSet);
            case "replicaSet" -> new ConnectionOptions(tls, authSource, plain(key, value));
            case "directConnection" -> {
                if (!value.equals("true")) {
                    throw ConnectionUrl.invalid(
                            "connection_url",
                            "must have directConnection true or not at all, as no host is connected to but the one it names");
                }
                yield this;
            }
            default -> new ConnectionOptions(mode(type, value.toLowerCase(Locale.ROOT)), authSource, replicaSet);
        };
    }

    private static String plain(String key, String value) {
        if (!PLAIN_VALUE.matcher(value).matches()) {
            throw ConnectionUrl.invalid("connection_url", "has a value of " + key + " that is none");
        }
        return value;
    }

    /** What would be encrypted and not verified is verified: the weaker helps against nobody who can reach the connection. */
    private static Tls mode(TargetType type, String value) {
        return switch (value) {
            case "verify-full",
                    "verify_full",
                    "verify_identity",
                    "verify-ca",
                    "verify_ca",
                    "require",
                    "required",
                    "true" -> Tls.WANTED;
            case "disable", "disabled", "false" -> Tls.UNWANTED;
            default ->
                throw ConnectionUrl.invalid(
                        "connection_url",
                        "must ask for verified TLS, such as by "
                                + (type == TargetType.MONGODB ? "tls=true" : "sslmode=verify-full"));
        };
    }
}
