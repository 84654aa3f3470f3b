package ai.scailabs.vault.credentials.dynamic.gcp;

import ai.scailabs.vault.credentials.connector.gcp.GcpSite;
import ai.scailabs.vault.credentials.dynamic.EngineConfig;
import ai.scailabs.vault.credentials.dynamic.RootLogins;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.Set;

/**
 * Google's IAM, and as whom it is used.
 *
 * @param rootPath the secret with {@code service_account_json}
 */
record GcpConfig(GcpSite site, SecretPath rootPath) {
    private static final Set<String> KNOWN = Set.of(GcpSite.TOKENS, GcpSite.IAM, GcpSite.CREDENTIALS, RootLogins.FIELD);

    /**
     * @param development whether endpoints on this machine may be plain
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code invalid_config} with {@code details.field}
     */
    static GcpConfig parse(EngineConfig config, boolean development) {
        config.requireOnly(KNOWN);
        GcpSite site = GcpSite.parse(
                config.text(GcpSite.TOKENS),
                config.text(GcpSite.IAM),
                config.text(GcpSite.CREDENTIALS),
                development,
                EngineConfig::invalid);
        return new GcpConfig(site, new SecretPath(config.required(RootLogins.FIELD)));
    }
}
