package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Instant;
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

    static VaultException connected() {
        return new VaultException(
                ErrorCode.CONFLICT,
                "The secret is changed at its target under its policy; take it from under that one first",
                Map.of("state", "connected"));
    }

    /** @param until after which it is taken away */
    static VaultException inGrace(Instant until) {
        return new VaultException(
                ErrorCode.CONFLICT,
                "What was replaced is still let in where it is used, and is taken away there first",
                Map.of("state", "in_grace", "readable_until", until.toString()));
    }
}
