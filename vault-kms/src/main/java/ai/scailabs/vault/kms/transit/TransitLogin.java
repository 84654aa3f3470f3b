package ai.scailabs.vault.kms.transit;

import java.nio.file.Path;

/** How the service gets a token of the server. */
public sealed interface TransitLogin {
    /** One that somebody else made: an agent, which puts it into a file, or an operator. */
    record Token(SecretText token) implements TransitLogin {}

    /** @param mount of the AppRole method, below {@code auth/} */
    record AppRole(String mount, String roleId, SecretText secretId) implements TransitLogin {}

    /** @param mount of the Kubernetes (or JWT) method, below {@code auth/}; @param serviceAccount holds the token of the pod's service account */
    record Kubernetes(String mount, String role, Path serviceAccount) implements TransitLogin {}

    /** What the server is shown. */
    default SecretText credential() {
        return switch (this) {
            case Token given -> given.token();
            case AppRole role -> role.secretId();
            case Kubernetes pod -> new SecretText.InFile(pod.serviceAccount());
        };
    }

    /** Who logs in, which is no secret. */
    default String who() {
        return switch (this) {
            case Token _ -> "token";
            case AppRole role -> role.mount() + " " + role.roleId();
            case Kubernetes pod -> pod.mount() + " " + pod.role();
        };
    }
}
