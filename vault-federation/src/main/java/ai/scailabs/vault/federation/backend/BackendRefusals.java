package ai.scailabs.vault.federation.backend;

import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is answered when a backend is not accepted. */
final class BackendRefusals {
    /** Of a vault that is there, and is as it was described. */
    private static final Set<RemoteFailure> PASSING = Set.of(RemoteFailure.THROTTLED, RemoteFailure.SERVER_ERROR);

    private BackendRefusals() {}

    /** @param reason why the vault was not found to be as described; absent when it was not asked */
    static VaultException invalid(String field, String message, @Nullable RemoteFailure reason) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("field", field);
        if (reason != null) {
            details.put("reason", reason.reason());
        }
        return new VaultException(ErrorCode.INVALID_CONFIG, message, details);
    }

    static VaultException ofOpening(Backend backend, RemoteException refused) {
        // Without credentials, what stands in the way is that few may come as this service itself.
        boolean credentials = refused.failure() == RemoteFailure.CREDENTIALS_UNUSABLE || backend.mandate() == null;
        String field = credentials ? "config." + backend.config().credentialsMember() : "config";
        return invalid(field, field + ": " + refused.getMessage(), refused.failure());
    }

    static VaultException ofProbe(Backend backend, RemoteException refused) {
        RemoteFailure failure = refused.failure();
        String field = field(backend, failure);
        String message = "The vault cannot be used as described, see " + field + ": " + refused.getMessage();
        return PASSING.contains(failure)
                ? new VaultException(
                        ErrorCode.BACKEND_UNAVAILABLE,
                        message,
                        Map.of("backend", backend.name(), "field", field, "reason", failure.reason()))
                : invalid(field, message, failure);
    }

    private static String field(Backend backend, RemoteFailure failure) {
        return switch (failure) {
            case CREDENTIALS_REFUSED, FORBIDDEN, CREDENTIALS_UNUSABLE ->
                "config." + backend.config().credentialsMember();
            case NOT_FOUND, VERSION_NOT_FOUND, UNUSABLE_VALUE, CHANGED, VALUE_REFUSED, MISCONFIGURED -> "path_mapping";
            case THROTTLED,
                    TIMED_OUT,
                    UNREACHABLE,
                    CERTIFICATE_REFUSED,
                    ADDRESS_REFUSED,
                    SERVER_ERROR,
                    REDIRECTED,
                    NOT_UNDERSTOOD,
                    TOO_LARGE,
                    BUSY,
                    LEFT_ALONE -> "config." + backend.config().placeMember();
        };
    }

    static VaultException notFound() {
        return new VaultException(ErrorCode.BACKEND_NOT_FOUND, "There is no such backend");
    }
}
