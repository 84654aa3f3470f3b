package ai.scailabs.vault.credentials.dynamic.aws;

import ai.scailabs.vault.credentials.connector.aws.AwsSite;
import ai.scailabs.vault.credentials.dynamic.EngineConfig;
import ai.scailabs.vault.credentials.dynamic.RootLogins;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.Set;

/**
 * An account of AWS, and as whom it is used.
 *
 * @param rootPath the secret with {@code access_key_id} and {@code secret_access_key}
 */
record AwsConfig(AwsSite site, SecretPath rootPath) {
    private static final String REGION = "region";
    private static final String ENDPOINT = "endpoint";
    private static final Set<String> KNOWN = Set.of(REGION, ENDPOINT, RootLogins.FIELD);

    /**
     * @param development whether an endpoint on this machine may be plain
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code invalid_config} with {@code details.field}
     */
    static AwsConfig parse(EngineConfig config, boolean development) {
        config.requireOnly(KNOWN);
        AwsSite site =
                AwsSite.parse(config.required(REGION), config.text(ENDPOINT), development, EngineConfig::invalid);
        return new AwsConfig(site, new SecretPath(config.required(RootLogins.FIELD)));
    }
}
