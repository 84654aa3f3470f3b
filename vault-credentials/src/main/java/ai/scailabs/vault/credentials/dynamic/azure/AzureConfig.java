package ai.scailabs.vault.credentials.dynamic.azure;

import ai.scailabs.vault.credentials.connector.azure.AzureSite;
import ai.scailabs.vault.credentials.dynamic.EngineConfig;
import ai.scailabs.vault.credentials.dynamic.RootLogins;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.Set;

/**
 * A cloud of Azure's, and as whom it is used.
 *
 * @param rootPath the secret with {@code tenant_id}, {@code client_id} and {@code client_secret}
 */
record AzureConfig(AzureSite site, SecretPath rootPath) {
    private static final Set<String> KNOWN =
            Set.of(AzureSite.LOGIN, AzureSite.GRAPH, AzureSite.MANAGEMENT, RootLogins.FIELD);

    /**
     * @param development whether endpoints on this machine may be plain
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code invalid_config} with {@code details.field}
     */
    static AzureConfig parse(EngineConfig config, boolean development) {
        config.requireOnly(KNOWN);
        AzureSite site = AzureSite.parse(
                config.text(AzureSite.LOGIN),
                config.text(AzureSite.GRAPH),
                config.text(AzureSite.MANAGEMENT),
                development,
                EngineConfig::invalid);
        return new AzureConfig(site, new SecretPath(config.required(RootLogins.FIELD)));
    }
}
