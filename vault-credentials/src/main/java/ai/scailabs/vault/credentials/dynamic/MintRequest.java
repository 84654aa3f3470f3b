package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.kernel.id.IdentityId;
import java.time.Duration;
import tools.jackson.databind.node.ObjectNode;

/**
 * A credential that somebody wants.
 *
 * @param role its name
 * @param members what they said besides how long it is to live; nobody has looked at it
 */
public record MintRequest(String role, RoleRecipe recipe, IdentityId holder, Duration ttl, ObjectNode members) {
    @Override
    public String toString() {
        return "MintRequest[" + role + "]";
    }
}
