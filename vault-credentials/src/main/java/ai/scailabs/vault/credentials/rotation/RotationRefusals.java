package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.Map;

/** What is said of a secret that cannot be rotated now. */
final class RotationRefusals {
    private RotationRefusals() {}

    static VaultException notFound(SecretPath path) {
        return new VaultException(
                ErrorCode.SECRET_NOT_FOUND, "No such secret is there to be rotated", Map.of("path", path.value()));
    }

    static VaultException taken() {
        return new VaultException(ErrorCode.CONFLICT, "The secret is being rotated", Map.of("state", "rotating"));
    }
}
