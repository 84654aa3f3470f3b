package ai.scailabs.vault.access.revocation;

import ai.scailabs.vault.kernel.error.VaultException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Asked at every use of a token, also of one that was verified before. */
@FunctionalInterface
public interface RevocationCheck {
    /**
     * @throws VaultException {@code token_revoked}, also of a token whose identity is suspended; {@code tenant_access_denied} when the tenant is; {@code
     *     service_unavailable} when that cannot be told, with {@code details.dependency}
     */
    void require(RevocableToken token);

    /**
     * The roles that were assigned here to whose token it is, in the place of those that the token names; null when none were. For a token that {@link #require} let
     * pass.
     *
     * @throws VaultException {@code service_unavailable}
     */
    default @Nullable Set<String> assignedRoles(RevocableToken token) {
        return null;
    }
}
