package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.pki.profile.Role;
import ai.scailabs.vault.pki.role.StoredRole;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What holds for a certificate that is to be signed.
 *
 * @param authority that signs
 * @param roleName of a role that the tenant keeps; none where somebody approved the request itself
 */
public record SigningTerms(
        Role role, UUID authority, @Nullable String roleName) {
    public static SigningTerms of(StoredRole stored) {
        return new SigningTerms(stored.role(), stored.caId(), stored.name());
    }
}
