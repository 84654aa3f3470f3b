package ai.scailabs.vault.credentials.dynamic.database;

import ai.scailabs.vault.credentials.connector.TargetConfig;
import ai.scailabs.vault.credentials.connector.TargetType;
import ai.scailabs.vault.credentials.dynamic.EngineConfig;
import ai.scailabs.vault.credentials.dynamic.RootLogins;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.Set;

/**
 * Where accounts are made, and as whom.
 *
 * @param rootPath the secret with {@code username} and {@code password} of who makes them
 */
record DatabaseConfig(TargetConfig target, SecretPath rootPath) {
    private static final Set<String> KNOWN =
            Set.of(EngineConfig.PLUGIN, "connection_url", RootLogins.FIELD, "tls", "tls_ca_pem", "account_host");

    /**
     * @param development whether a target on this machine may be plain text without saying so
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code invalid_config} with {@code details.field}
     */
    static DatabaseConfig parse(EngineConfig config, boolean development) {
        config.requireOnly(KNOWN);
        String url = config.required("connection_url");
        String root = config.required(RootLogins.FIELD);
        TargetConfig target = TargetConfig.parse(
                targetType(config),
                url,
                config.text("tls"),
                config.text("tls_ca_pem"),
                config.text("account_host"),
                development);
        return new DatabaseConfig(target, new SecretPath(root));
    }

    static TargetType targetType(EngineConfig config) {
        return switch (config.kind()) {
            case POSTGRESQL -> TargetType.POSTGRESQL;
            case MYSQL -> TargetType.MYSQL;
            case REDIS -> TargetType.REDIS;
            case MONGODB -> TargetType.MONGODB;
            default -> throw new IllegalArgumentException(config + " is of no database");
        };
    }

    @Override
    public String toString() {
        return "DatabaseConfig[" + target + "]";
    }
}
