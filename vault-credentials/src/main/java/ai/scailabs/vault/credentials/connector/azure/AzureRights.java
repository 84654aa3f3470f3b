package ai.scailabs.vault.credentials.connector.azure;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * What a service principal may do.
 *
 * @param groups ids of those that it becomes a member of
 */
public record AzureRights(List<Assignment> roles, List<String> groups) {
    public AzureRights {
        roles = List.copyOf(roles);
        groups = List.copyOf(groups);
    }

    /**
     * A role at a place of the Resource Manager.
     *
     * @param roleId of its definition, from the first slash on
     * @param scope from the first slash on
     */
    public record Assignment(String roleId, String scope) {
        /** Its name at the Resource Manager: of the same account always the same, so that it is found again by whoever knows the account. */
        UUID name(String account) {
            return UUID.nameUUIDFromBytes(
                    String.join("\n", account, roleId, scope).getBytes(StandardCharsets.UTF_8));
        }
    }
}
