package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.kernel.error.VaultException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a role says of its credentials, as it is kept. What the members mean only the {@link EngineType} knows. */
public record RoleRecipe(ObjectNode members) {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int LONGEST = 64 * 1024;

    /** What somebody wants, with what it says in the place of what was there; {@code null} takes a member away. */
    static ObjectNode merged(ObjectNode before, ObjectNode given) {
        if (given.toString().length() > LONGEST) {
            throw VaultException.invalidField("role", "is too long");
        }
        ObjectNode merged = before.deepCopy();
        given.properties().forEach(member -> {
            if (member.getValue().isNull()) {
                merged.remove(member.getKey());
            } else {
                merged.set(member.getKey(), member.getValue());
            }
        });
        return merged;
    }

    /** To be kept. */
    public String encoded() {
        return members.toString();
    }

    /** The reverse of {@link #encoded()}. */
    public static RoleRecipe of(String encoded) {
        JsonNode root = JSON.readTree(encoded);
        return new RoleRecipe((ObjectNode) root);
    }

    @Override
    public String toString() {
        return "RoleRecipe[" + members.size() + " members]";
    }
}
