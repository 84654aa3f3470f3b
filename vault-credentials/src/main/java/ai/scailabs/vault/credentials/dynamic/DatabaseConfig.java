package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.credentials.connector.TargetConfig;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where accounts are made, and as whom.
 *
 * @param rootPath the secret with {@code username} and {@code password} of who makes them
 * @param members as they were given
 */
public record DatabaseConfig(EngineKind kind, TargetConfig target, SecretPath rootPath, ObjectNode members) {
    static final String ROOT = "root_credentials_path";

    private static final Set<String> KNOWN =
            new TreeSet<>(Set.of("plugin", "connection_url", ROOT, "tls", "tls_ca_pem", "account_host"));

    /**
     * @param type {@code database} with {@code config.plugin}, or both with a dot between them
     * @param development whether a target on this machine may be plain text without saying so
     * @throws VaultException {@code invalid_config} with {@code details.field}
     */
    static DatabaseConfig parse(String type, @Nullable JsonNode given, boolean development) {
        if (!(given instanceof ObjectNode members)) {
            throw invalid("config", "must be an object");
        }
        members.propertyNames().forEach(name -> {
            if (!KNOWN.contains(name)) {
                throw invalid("config", "has a member that is none of " + String.join(", ", KNOWN));
            }
        });
        EngineKind kind = kind(type, text(members, "plugin"));
        String url = text(members, "connection_url");
        if (url == null) {
            throw invalid("connection_url", "is required");
        }
        String root = text(members, ROOT);
        if (root == null) {
            throw invalid(ROOT, "is required");
        }
        TargetConfig target = TargetConfig.parse(
                kind.target(),
                url,
                text(members, "tls"),
                text(members, "tls_ca_pem"),
                text(members, "account_host"),
                development);
        return new DatabaseConfig(kind, target, new SecretPath(root), members);
    }

    /** One that was kept. What was written plain in development stays so. */
    static DatabaseConfig kept(String code, JsonNode members) {
        return parse(given(code, members), members, true);
    }

    /** The type as it was given. */
    String type() {
        return given(kind.code(), members);
    }

    private static String given(String code, JsonNode members) {
        return members.has("plugin") ? code.substring(0, code.indexOf('.')) : code;
    }

    private static EngineKind kind(String type, @Nullable String plugin) {
        String whole = plugin == null ? type : type + "." + plugin.replace("mariadb", "mysql");
        return EngineKind.of(whole)
                .orElseThrow(() -> plugin == null
                        ? invalid("type", "must be database, with config.plugin postgresql, mysql, mariadb or redis")
                        : invalid("plugin", "must be postgresql, mysql, mariadb or redis, of the type database"));
    }

    private static @Nullable String text(ObjectNode members, String name) {
        JsonNode node = members.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isString()) {
            throw invalid(name, "must be text");
        }
        return node.stringValue();
    }

    static VaultException invalid(String field, String problem) {
        return new VaultException(ErrorCode.INVALID_CONFIG, field + " " + problem, Map.of("field", field));
    }

    @Override
    public String toString() {
        return "DatabaseConfig[" + target + "]";
    }
}
