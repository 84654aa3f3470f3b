package ai.scailabs.vault.access.token;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;

/** Refusals of a token. They name the rule that was broken and repeat nothing of the token. */
final class TokenRefusals {
    private TokenRefusals() {}

    static VaultException invalid(String problem) {
        return new VaultException(ErrorCode.TOKEN_INVALID, "The token " + problem);
    }

    static VaultException expired() {
        return new VaultException(ErrorCode.TOKEN_EXPIRED, "The token has expired");
    }
}
