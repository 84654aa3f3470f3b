package ai.scailabs.vault.access.revocation;

import ai.scailabs.vault.kernel.error.VaultException;

/** Asked at every use of a token, also of one that was verified before. */
@FunctionalInterface
public interface RevocationCheck {
    /** @throws VaultException {@code token_revoked}; {@code service_unavailable} when that cannot be told, with {@code details.dependency} */
    void require(RevocableToken token);
}
