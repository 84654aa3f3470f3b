package ai.scailabs.vault.credentials.dynamic.aws;

import ai.scailabs.vault.credentials.connector.aws.AwsSite;
import ai.scailabs.vault.credentials.dynamic.EngineConfig;
import ai.scailabs.vault.credentials.dynamic.RootLogins;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An account of AWS, and as whom it is used.
 *
 * @param rootPath the secret with {@code access_key_id} and {@code secret_access_key}
 */
record AwsConfig(AwsSite site, SecretPath rootPath) {
    private static final String REGION = "region";
    private static final String ENDPOINT = "endpoint";
    private static final Set<String> KNOWN = new TreeSet<>(Set.of(REGION, ENDPOINT, RootLogins.FIELD));

    /**
     * @param development whether an endpoint on this machine may be plain
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code invalid_config} with {@code details.field}
     */
    static AwsConfig parse(EngineConfig config, boolean development) {
        ObjectNode members = config.members();
        members.propertyNames().forEach(name -> {
            if (!KNOWN.contains(name)) {
                throw EngineConfig.invalid("config", "has a member that is none of " + String.join(", ", KNOWN));
            }
        });
        AwsSite site =
                AwsSite.parse(required(members, REGION), text(members, ENDPOINT), development, EngineConfig::invalid);
        return new AwsConfig(site, new SecretPath(required(members, RootLogins.FIELD)));
    }

    private static String required(ObjectNode members, String name) {
        String text = text(members, name);
        if (text == null) {
            throw EngineConfig.invalid(name, "is required");
        }
        return text;
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
}
