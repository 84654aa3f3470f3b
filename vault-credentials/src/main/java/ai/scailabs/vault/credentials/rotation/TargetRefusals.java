package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is said of a target that did not do it. */
final class TargetRefusals {
    private TargetRefusals() {}

    /** While a secret is rotated. */
    static VaultException unavailable(TargetException refused) {
        return unavailable(
                String.valueOf(refused.getMessage()), refused.failure().code(), refused.code());
    }

    /** @param code the target's own; absent where it said none */
    static VaultException unavailable(String message, String reason, @Nullable String code) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("backend", "target");
        details.put("reason", reason);
        if (code != null) {
            details.put("target_code", code);
        }
        return new VaultException(ErrorCode.BACKEND_UNAVAILABLE, message, details);
    }

    /** Of a connector that is tried. */
    static VaultException unsuitable(TargetException refused) {
        return unsuitable(
                String.valueOf(refused.getMessage()), refused.failure().code());
    }

    static VaultException unsuitable(String message, String reason) {
        return new VaultException(ErrorCode.INVALID_CONFIG, message, Map.of("field", "connector", "reason", reason));
    }

    /** Somebody else has it now, or there is nothing any more. */
    static VaultException goneOn() {
        return new VaultException(ErrorCode.VERSION_CONFLICT, "Somebody else has gone on with it");
    }
}
