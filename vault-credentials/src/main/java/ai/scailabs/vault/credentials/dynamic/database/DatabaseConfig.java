package ai.scailabs.vault.credentials.dynamic.database;

import ai.scailabs.vault.credentials.connector.TargetConfig;
import ai.scailabs.vault.credentials.connector.TargetType;
import ai.scailabs.vault.credentials.dynamic.EngineConfig;
import ai.scailabs.vault.credentials.dynamic.RootLogins;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where accounts are made, and as whom.
 *
 * @param rootPath the secret with {@code username} and {@code password} of who makes them
 */
record DatabaseConfig(TargetConfig target, SecretPath rootPath) {
    private static final Set<String> KNOWN = new TreeSet<>(
            Set.of(EngineConfig.PLUGIN, "connection_url", RootLogins.FIELD, "tls", "tls_ca_pem", "account_host"));

    /**
     * @param development whether a target on this machine may be plain text without saying so
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code invalid_config} with {@code details.field}
     */
    static DatabaseConfig parse(EngineConfig config, boolean development) {
        ObjectNode members = config.members();
        members.propertyNames().forEach(name -> {
            if (!KNOWN.contains(name)) {
                throw EngineConfig.invalid("config", "has a member that is none of " + String.join(", ", KNOWN));
            }
        });
        String url = text(members, "connection_url");
        if (url == null) {
            throw EngineConfig.invalid("connection_url", "is required");
        }
        String root = text(members, RootLogins.FIELD);
        if (root == null) {
            throw EngineConfig.invalid(RootLogins.FIELD, "is required");
        }
        TargetConfig target = TargetConfig.parse(
                targetType(config),
                url,
                text(members, "tls"),
                text(members, "tls_ca_pem"),
                text(members, "account_host"),
                development);
        return new DatabaseConfig(target, new SecretPath(root));
    }

    static TargetType targetType(EngineConfig config) {
        return switch (config.kind()) {
            case POSTGRESQL -> TargetType.POSTGRESQL;
            case MYSQL -> TargetType.MYSQL;
            case REDIS -> TargetType.REDIS;
            default -> throw new IllegalArgumentException(config + " is of no database");
        };
    }

    private static @Nullable String text(ObjectNode members, String name) {
        JsonNode node = members.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isString()) {
            throw EngineConfig.invalid(name, "must be text");
        }
        return node.stringValue();
    }

    @Override
    public String toString() {
        return "DatabaseConfig[" + target + "]";
    }
}
