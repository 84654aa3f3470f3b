package ai.scailabs.vault.access.policy;

import ai.scailabs.vault.kernel.path.PathGlob;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Rules as the database keeps them: {@code [{"path_pattern": "app/**", "permissions": ["read"]}]}. A field that this version does not know makes the rules
 * unreadable: it may narrow what they grant.
 */
final class RulesJson {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String PATTERN = "path_pattern";
    private static final String PERMISSIONS = "permissions";
    private static final Set<String> FIELDS = Set.of(PATTERN, PERMISSIONS);

    private RulesJson() {}

    static String write(List<PolicyRule> rules) {
        ArrayNode array = JSON.createArrayNode();
        for (PolicyRule rule : rules) {
            ObjectNode object = array.addObject();
            object.put(PATTERN, rule.pathPattern().pattern());
            ArrayNode permissions = object.putArray(PERMISSIONS);
            rule.permissions().forEach(permission -> permissions.add(permission.wireName()));
        }
        return JSON.writeValueAsString(array);
    }

    /** @throws IllegalStateException when the text is not rules as this version writes them */
    static List<PolicyRule> read(String json) {
        try {
            List<PolicyRule> rules = new ArrayList<>();
            for (JsonNode rule : JSON.readTree(json).asArray()) {
                rules.add(rule(rule));
            }
            return List.copyOf(rules);
        } catch (JacksonException | IllegalArgumentException | ai.scailabs.vault.kernel.error.VaultException e) {
            throw new IllegalStateException("stored rules cannot be read", e);
        }
    }

    private static PolicyRule rule(JsonNode rule) {
        if (!rule.propertyNames().equals(FIELDS)) {
            throw new IllegalArgumentException("a rule has other fields than this version writes");
        }
        EnumSet<Permission> permissions = EnumSet.noneOf(Permission.class);
        for (JsonNode permission : rule.get(PERMISSIONS).asArray()) {
            permissions.add(Permission.parse(permission.stringValue())
                    .orElseThrow(() -> new IllegalArgumentException("an unknown permission")));
        }
        return new PolicyRule(PathGlob.parse(rule.get(PATTERN).stringValue()), permissions);
    }
}
