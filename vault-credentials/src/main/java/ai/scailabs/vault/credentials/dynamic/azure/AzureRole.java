package ai.scailabs.vault.credentials.dynamic.azure;

import ai.scailabs.vault.credentials.connector.azure.AzureLogin;
import ai.scailabs.vault.credentials.connector.azure.AzureRights;
import ai.scailabs.vault.credentials.members.ObjectMembers;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a role gives. Its members are called as those of roles of HashiCorp Vault.
 *
 * @param application whose password is given; absent where each lease has an application of its own
 * @param rights of that one
 */
record AzureRole(@Nullable String application, AzureRights rights) {
    static final String APPLICATION = "application_object_id";

    private static final String ROLES = "azure_roles";
    private static final String ROLE_ID = "role_id";
    private static final String SCOPE = "scope";
    private static final String GROUPS = "azure_groups";
    private static final String OBJECT_ID = "object_id";

    /** Each takes a request, and perhaps a wait. */
    private static final int MOST = 10;

    private static final String SEGMENTS = "(?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9_().-]{1,260}){1,16}";
    private static final Pattern ROLE = Pattern.compile(
            "(?:/subscriptions/[0-9a-fA-F-]{36})?/providers/Microsoft\\.Authorization/roleDefinitions/[0-9a-fA-F-]{36}");
    private static final Pattern PLACE = Pattern.compile("/(?:subscriptions/[0-9a-fA-F-]{36}(?:" + SEGMENTS
            + ")?|providers/Microsoft\\.Management/managementGroups" + SEGMENTS + ")");
    private static final int LONGEST_PLACE = 1_024;
    private static final JsonMapper JSON = JsonMapper.shared();

    /** @throws VaultException {@code validation_error}; {@code invalid_request} for a member that means nothing */
    static AzureRole parse(ObjectNode role) {
        ObjectMembers members = new ObjectMembers(role);
        String application = members.text(APPLICATION);
        if (application != null) {
            members.requireAbsent("is not for " + APPLICATION + ", which has its rights already", ROLES, GROUPS);
            require(AzureLogin.isId(application), APPLICATION, "is no id of an object");
        }
        AzureRights rights = new AzureRights(roles(members), groups(members));
        require(
                application != null
                        || !rights.roles().isEmpty()
                        || !rights.groups().isEmpty(),
                ROLES,
                "is required, or " + GROUPS + " or " + APPLICATION + ": else nothing is allowed");
        members.requireNothingElse();
        return new AzureRole(application, rights);
    }

    private static List<AzureRights.Assignment> roles(ObjectMembers members) {
        List<AzureRights.Assignment> roles = new ArrayList<>();
        for (JsonNode each : list(members, ROLES, Set.of(ROLE_ID, SCOPE))) {
            String field = ROLES + "[" + roles.size() + "]";
            String id = each.path(ROLE_ID).asString("");
            String scope = each.path(SCOPE).asString("");
            require(ROLE.matcher(id).matches(), field, "has no " + ROLE_ID + " of a role's definition");
            require(
                    scope.length() <= LONGEST_PLACE && PLACE.matcher(scope).matches(),
                    field,
                    "has no " + SCOPE + " such as /subscriptions/…/resourceGroups/…");
            roles.add(new AzureRights.Assignment(id, scope));
        }
        require(new HashSet<>(roles).size() == roles.size(), ROLES, "says the same twice");
        return roles;
    }

    private static List<String> groups(ObjectMembers members) {
        List<String> groups = new ArrayList<>();
        for (JsonNode each : list(members, GROUPS, Set.of(OBJECT_ID))) {
            String id = each.path(OBJECT_ID).asString("");
            require(AzureLogin.isId(id), GROUPS + "[" + groups.size() + "]", "has no " + OBJECT_ID + " of a group");
            groups.add(id);
        }
        require(new HashSet<>(groups).size() == groups.size(), GROUPS, "says the same twice");
        return groups;
    }

    /** Of objects with members of these names; a text with such a list too, as HashiCorp Vault takes it. */
    private static List<JsonNode> list(ObjectMembers members, String field, Set<String> known) {
        JsonNode given = members.json(field);
        if (given == null) {
            return List.of();
        }
        JsonNode list = given.isString() ? read(field, given.stringValue()) : given;
        require(list instanceof ArrayNode && list.size() <= MOST, field, "is no list of up to " + MOST + " objects");
        List<JsonNode> items = new ArrayList<>();
        for (JsonNode item : list) {
            require(
                    item.isObject() && known.containsAll(item.propertyNames()),
                    field + "[" + items.size() + "]",
                    "is no object with " + String.join(" and ", new TreeSet<>(known)) + " alone");
            items.add(item);
        }
        return items;
    }

    private static JsonNode read(String field, String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException malformed) {
            throw VaultException.invalidField(field, "is no JSON");
        }
    }

    private static void require(boolean holds, String field, String problem) {
        if (!holds) {
            throw VaultException.invalidField(field, problem);
        }
    }

    /** To be stored and shown. */
    ObjectNode described() {
        ObjectNode role = JSON.createObjectNode();
        if (application != null) {
            role.put(APPLICATION, application);
        }
        if (!rights.roles().isEmpty()) {
            ArrayNode roles = role.putArray(ROLES);
            rights.roles()
                    .forEach(each ->
                            roles.addObject().put(ROLE_ID, each.roleId()).put(SCOPE, each.scope()));
        }
        if (!rights.groups().isEmpty()) {
            ArrayNode groups = role.putArray(GROUPS);
            rights.groups().forEach(each -> groups.addObject().put(OBJECT_ID, each));
        }
        return role;
    }
}
