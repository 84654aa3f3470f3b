package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.mount.MountSource;
import java.time.Instant;
import java.util.Map;

/** What this package answers when it refuses. */
final class SecretRefusals {
    private SecretRefusals() {}

    static VaultException notFound(SecretPath path) {
        return new VaultException(
                ErrorCode.SECRET_NOT_FOUND, "No secret lies at this path", Map.of("path", path.value()));
    }

    /** For callers that may know that a restore would bring it back. */
    static VaultException softDeleted(SecretPath path) {
        return new VaultException(
                ErrorCode.SECRET_NOT_FOUND,
                "The secret at this path is deleted; POST to the path with :restore brings it back",
                Map.of("path", path.value(), "deleted", true));
    }

    /** @param until after which it is taken away and destroyed */
    static VaultException inGrace(SecretPath path, int version, Instant until) {
        return new VaultException(
                ErrorCode.CONFLICT,
                "What this version holds is still let in where it is used; it is destroyed when that was taken away",
                Map.of(
                        "path",
                        path.value(),
                        "version",
                        version,
                        "state",
                        "in_grace",
                        "readable_until",
                        until.toString()));
    }

    static VaultException versionNotFound(SecretPath path, int version) {
        return new VaultException(
                ErrorCode.VERSION_NOT_FOUND,
                "The secret has no such version",
                Map.of("path", path.value(), "version", version));
    }

    static VaultException versionDestroyed(SecretPath path, int version) {
        return new VaultException(
                ErrorCode.VERSION_NOT_FOUND,
                "The version is destroyed",
                Map.of("path", path.value(), "version", version, "destroyed", true));
    }

    static VaultException expired(SecretView secret) {
        return new VaultException(
                ErrorCode.SECRET_EXPIRED,
                "The secret has expired",
                Map.of("path", secret.path().value(), "expires_at", String.valueOf(secret.expiresAt())));
    }

    static VaultException suspended() {
        return new VaultException(ErrorCode.TENANT_ACCESS_DENIED, "The tenant is suspended");
    }

    static VaultException occupiedByDeleted(SecretPath path) {
        return new VaultException(
                ErrorCode.SECRET_EXISTS,
                "A deleted secret lies at this path: restore it, or destroy it for good",
                Map.of("path", path.value(), "deleted", true));
    }

    static VaultException readOnly(SecretPath path, MountSource source) {
        return new VaultException(
                ErrorCode.BACKEND_READ_ONLY,
                "The path is another vault's, and is changed there",
                Map.of("path", path.value(), "backend", source.name()));
    }

    static VaultException notDeleted(SecretPath path) {
        return new VaultException(
                ErrorCode.CONFLICT, "The secret is not deleted", Map.of("path", path.value(), "state", "active"));
    }

    /** @param currentVersion 0 when there is no secret */
    static VaultException versionConflict(int currentVersion) {
        return new VaultException(
                ErrorCode.VERSION_CONFLICT,
                "The secret is not at the expected version",
                Map.of("current_version", currentVersion));
    }

    static VaultException tooLarge(int maxBytes) {
        return new VaultException(
                ErrorCode.PAYLOAD_TOO_LARGE,
                "data is larger than " + maxBytes + " bytes",
                Map.of("max_bytes", maxBytes));
    }
}
