package ai.scailabs.vault.pki.role;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.Map;

/** How a role is refused. */
final class RoleRefusals {
    private RoleRefusals() {}

    static VaultException invalid(String field, String problem) {
        return new VaultException(
                ErrorCode.INVALID_ROLE, field + " " + problem, Map.of("fields", Map.of(field, problem)));
    }

    /** What another room says of a name, said of the field that it stands in. */
    static VaultException invalid(String field, VaultException because) {
        return invalid(field, "is refused: " + because.getMessage());
    }

    static VaultException notFound() {
        return new VaultException(ErrorCode.ROLE_NOT_FOUND, "There is no such role");
    }
}
