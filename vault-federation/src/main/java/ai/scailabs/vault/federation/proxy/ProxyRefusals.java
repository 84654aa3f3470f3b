package ai.scailabs.vault.federation.proxy;

import ai.scailabs.vault.federation.backend.Backend;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is answered when another vault does not give what it is asked for: as for a secret of ours where it has none, else that it does not serve, and why. */
public final class ProxyRefusals {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyRefusals.class);

    private ProxyRefusals() {}

    /** @param version that was asked for; absent for the current one */
    public static VaultException of(
            RemoteException failed, Backend backend, SecretPath path, @Nullable Integer version) {
        if (failed.failure() == RemoteFailure.NOT_FOUND) {
            return notFound(path);
        }
        if (failed.failure() == RemoteFailure.VERSION_NOT_FOUND) {
            return version == null ? notFound(path) : versionNotFound(path, version);
        }
        return of(failed, backend).withDetail("path", path.value());
    }

    static VaultException ofWriting(RemoteException failed, Backend backend, SecretPath path) {
        return switch (failed.failure()) {
            case CHANGED, NOT_FOUND, VERSION_NOT_FOUND ->
                new VaultException(
                        ErrorCode.CONFLICT,
                        "Another value lies in the other vault than was copied last: let the backend be synchronized, and look again",
                        Map.of("state", "changed", "path", path.value(), "backend", backend.name()));
            case VALUE_REFUSED ->
                VaultException.invalidField(
                        "data", "is larger than the other vault takes, or of a form that it does not");
            default -> of(failed, backend, path, null);
        };
    }

    static VaultException of(RemoteException failed, Backend backend) {
        RemoteFailure failure = failed.failure();
        // What a vault is left alone for was told when it happened.
        if (failure != RemoteFailure.LEFT_ALONE && failure != RemoteFailure.BUSY) {
            LOG.info("{} did not serve: {}: {}", backend, failure.reason(), failed.getMessage());
        }
        Map<String, Object> known = new LinkedHashMap<>();
        known.put("backend", backend.name());
        known.put("reason", failure.reason());
        Map<String, Object> details = new LinkedHashMap<>(known);
        if (failed.retryAfter() != null) {
            details.put("retry_after_seconds", Math.max(1, failed.retryAfter().toSeconds()));
        }
        return new VaultException(ErrorCode.BACKEND_UNAVAILABLE, "The backend " + told(failure), details)
                .withEvidence(known);
    }

    private static String told(RemoteFailure failure) {
        return switch (failure) {
            case NOT_FOUND, VERSION_NOT_FOUND -> "has no such secret";
            case UNUSABLE_VALUE -> "has a value that cannot be passed on";
            case CHANGED -> "has another version than was seen";
            case VALUE_REFUSED -> "takes no value of that size or form";
            case CREDENTIALS_REFUSED -> "does not take the credentials";
            case FORBIDDEN -> "does not allow this to the credentials";
            case MISCONFIGURED -> "cannot be used as it is configured";
            case CREDENTIALS_UNUSABLE -> "cannot be opened: the secret with its credentials cannot be used";
            case THROTTLED -> "asks to come again later";
            case TIMED_OUT -> "did not answer in time";
            case UNREACHABLE -> "is not reached";
            case CERTIFICATE_REFUSED -> "shows a certificate that is not trusted";
            case ADDRESS_REFUSED -> "lies at an address that is not allowed";
            case SERVER_ERROR -> "answered with a fault of its own";
            case REDIRECTED -> "points elsewhere";
            case NOT_UNDERSTOOD -> "gave an answer that is not understood";
            case TOO_LARGE -> "gave more than is taken";
            case BUSY -> "is asked by as many calls at once as are allowed";
            case LEFT_ALONE -> "failed repeatedly and is not asked for the moment";
        };
    }

    static VaultException notFound(SecretPath path) {
        return new VaultException(
                ErrorCode.SECRET_NOT_FOUND, "No secret lies at this path", Map.of("path", path.value()));
    }

    private static VaultException versionNotFound(SecretPath path, int version) {
        return new VaultException(
                ErrorCode.VERSION_NOT_FOUND,
                "The secret has no such version",
                Map.of("path", path.value(), "version", version));
    }
}
