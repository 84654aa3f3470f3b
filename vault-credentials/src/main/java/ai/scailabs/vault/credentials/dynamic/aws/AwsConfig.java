package ai.scailabs.vault.credentials.dynamic.aws;

import ai.scailabs.vault.credentials.connector.aws.AwsSite;
import ai.scailabs.vault.credentials.dynamic.EngineConfig;
import ai.scailabs.vault.credentials.dynamic.RootLogins;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
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
    private static final Pattern REGION_FORM = Pattern.compile("[a-z]{2,4}(-[a-z]{2,16}){1,3}-[0-9]{1,2}");

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
        String region = required(members, REGION);
        if (!REGION_FORM.matcher(region).matches()) {
            throw EngineConfig.invalid(REGION, "must be a region such as eu-central-1");
        }
        String endpoint = text(members, ENDPOINT);
        return new AwsConfig(
                new AwsSite(region, endpoint == null ? null : endpoint(endpoint, development)),
                new SecretPath(required(members, RootLogins.FIELD)));
    }

    private static URI endpoint(String text, boolean development) {
        try {
            URI uri = new URI(text);
            boolean plain = "http".equals(uri.getScheme()) && development;
            boolean bare = uri.getRawUserInfo() == null && uri.getRawQuery() == null && uri.getRawFragment() == null;
            if (uri.getHost() != null && bare && (plain || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (URISyntaxException malformed) {
            // Refused like any other.
        }
        throw EngineConfig.invalid(ENDPOINT, "must be an https URL");
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
