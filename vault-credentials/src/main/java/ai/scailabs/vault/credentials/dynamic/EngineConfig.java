package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What makes the credentials of an engine, and how it is reached. What the members mean only its {@link EngineType} knows.
 *
 * @param members hold nothing secret
 */
public record EngineConfig(EngineKind kind, ObjectNode members) {
    /** The part of a kind behind the dot, where the type is given without it. */
    public static final String PLUGIN = "plugin";

    private static final int LONGEST = 64 * 1024;

    /**
     * @param type {@code database} with {@code config.plugin}, or both with a dot between them; or any other kind
     * @throws VaultException {@code invalid_config} with {@code details.field}; {@code validation_error}
     */
    static EngineConfig parse(String type, @Nullable JsonNode given) {
        if (!(given instanceof ObjectNode members)) {
            throw invalid("config", "must be an object");
        }
        if (members.toString().length() > LONGEST) {
            throw VaultException.invalidField("config", "is too long");
        }
        JsonNode plugin = members.path(PLUGIN);
        if (!plugin.isMissingNode() && !plugin.isString()) {
            throw invalid(PLUGIN, "must be text");
        }
        return new EngineConfig(kind(type, plugin.isString() ? plugin.stringValue() : null), members);
    }

    private static EngineKind kind(String type, @Nullable String plugin) {
        String whole = plugin == null ? type : type + "." + plugin.replace("mariadb", "mysql");
        return EngineKind.of(whole)
                .orElseThrow(() -> plugin == null
                        ? invalid(
                                "type",
                                "must be one of " + String.join(", ", EngineKind.codes())
                                        + ", or database with a config.plugin")
                        : invalid(
                                PLUGIN, "must be postgresql, mysql, mariadb, redis or mongodb, of the type database"));
    }

    /** @throws VaultException {@code invalid_config} for any other member */
    public void requireOnly(Set<String> known) {
        members.propertyNames().forEach(name -> {
            if (!known.contains(name)) {
                throw invalid("config", "has a member that is none of " + String.join(", ", new TreeSet<>(known)));
            }
        });
    }

    /** @throws VaultException {@code invalid_config} unless it is a text, or absent */
    public @Nullable String text(String name) {
        JsonNode node = members.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isString()) {
            throw invalid(name, "must be text");
        }
        return node.stringValue();
    }

    /** @throws VaultException {@code invalid_config} unless it is a text */
    public String required(String name) {
        String text = text(name);
        if (text == null) {
            throw invalid(name, "is required");
        }
        return text;
    }

    /** The type as it was given. */
    String type() {
        String code = kind.code();
        return members.has(PLUGIN) ? code.substring(0, code.indexOf('.')) : code;
    }

    /** What is refused of a configuration. */
    public static VaultException invalid(String field, String problem) {
        return new VaultException(ErrorCode.INVALID_CONFIG, field + " " + problem, Map.of("field", field));
    }

    @Override
    public String toString() {
        return "EngineConfig[" + kind.code() + "]";
    }
}
