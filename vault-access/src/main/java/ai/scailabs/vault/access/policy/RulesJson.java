package ai.scailabs.vault.access.policy;

import ai.scailabs.vault.kernel.path.PathGlob;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Rules as the database keeps them: {@code [{"path_pattern": "app/**", "permissions": ["read"]}]}, with {@code conditions} where there are any. A field that this version does not know makes the rules
 * unreadable: it may narrow what they grant.
 */
final class RulesJson {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String PATTERN = "path_pattern";
    private static final String PERMISSIONS = "permissions";
    private static final String CONDITIONS = "conditions";
    private static final Set<String> FIELDS = Set.of(PATTERN, PERMISSIONS, CONDITIONS);
    private static final Set<String> CONDITION_FIELDS =
            Set.of("ip_ranges", "require_mfa", "mfa_max_age", "time_window");
    private static final Set<String> WINDOW_FIELDS = Set.of("days", "start", "end", "timezone");

    private RulesJson() {}

    static String write(List<PolicyRule> rules) {
        ArrayNode array = JSON.createArrayNode();
        for (PolicyRule rule : rules) {
            ObjectNode object = array.addObject();
            object.put(PATTERN, rule.pathPattern().pattern());
            ArrayNode permissions = object.putArray(PERMISSIONS);
            rule.permissions().forEach(permission -> permissions.add(permission.wireName()));
            if (!rule.conditions().isNone()) {
                object.set(CONDITIONS, JSON.valueToTree(ConditionsForm.write(rule.conditions())));
            }
        }
        return JSON.writeValueAsString(array);
    }

    /** @throws IllegalStateException when the text is not rules as this version writes them */
    static List<PolicyRule> read(String json) {
        try {
            List<PolicyRule> rules = new ArrayList<>();
            for (JsonNode rule : JSON.readTree(json).asArray()) {
                rules.add(rule(rules.size(), rule));
            }
            return List.copyOf(rules);
        } catch (JacksonException | IllegalArgumentException | ai.scailabs.vault.kernel.error.VaultException e) {
            throw new IllegalStateException("stored rules cannot be read", e);
        }
    }

    private static PolicyRule rule(int index, JsonNode rule) {
        requireOnly(FIELDS, rule);
        EnumSet<Permission> permissions = EnumSet.noneOf(Permission.class);
        for (JsonNode permission : required(rule, PERMISSIONS).asArray()) {
            permissions.add(Permission.parse(permission.stringValue())
                    .orElseThrow(() -> new IllegalArgumentException("an unknown permission")));
        }
        RuleConditions conditions =
                rule.has(CONDITIONS) ? conditions(index, rule.get(CONDITIONS)) : RuleConditions.NONE;
        return new PolicyRule(PathGlob.parse(required(rule, PATTERN).stringValue()), permissions, conditions);
    }

    private static RuleConditions conditions(int index, JsonNode stored) {
        requireOnly(CONDITION_FIELDS, stored);
        JsonNode window = stored.get("time_window");
        ConditionsDraft draft = new ConditionsDraft(
                texts(stored.get("ip_ranges")),
                stored.has("require_mfa") ? stored.get("require_mfa").booleanValue() : null,
                text(stored.get("mfa_max_age")),
                window == null ? null : window(window));
        RuleConditions conditions = ConditionsForm.parse(index, draft);
        if (conditions.isNone()) {
            throw new IllegalArgumentException("conditions that ask nothing were never written");
        }
        return conditions;
    }

    private static ConditionsDraft.Window window(JsonNode stored) {
        requireOnly(WINDOW_FIELDS, stored);
        return new ConditionsDraft.Window(
                texts(stored.get("days")),
                text(stored.get("start")),
                text(stored.get("end")),
                text(stored.get("timezone")));
    }

    private static void requireOnly(Set<String> known, JsonNode object) {
        if (!object.isObject() || !known.containsAll(object.propertyNames())) {
            throw new IllegalArgumentException("an object has other fields than this version writes");
        }
    }

    private static JsonNode required(JsonNode object, String field) {
        JsonNode value = object.get(field);
        if (value == null) {
            throw new IllegalArgumentException("a rule lacks a field");
        }
        return value;
    }

    private static @Nullable String text(@Nullable JsonNode value) {
        return value == null ? null : value.stringValue();
    }

    private static @Nullable List<@Nullable String> texts(@Nullable JsonNode values) {
        if (values == null) {
            return null;
        }
        List<@Nullable String> texts = new ArrayList<>();
        values.asArray().forEach(value -> texts.add(value.stringValue()));
        return texts;
    }
}
