package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.pki.issuer.RolePremise;
import ai.scailabs.vault.pki.profile.Role;
import ai.scailabs.vault.pki.role.PermittedRole;
import ai.scailabs.vault.pki.role.StoredRole;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What holds for a certificate that is to be signed.
 *
 * @param authority that signs
 * @param roleName of a role that the tenant keeps; none where somebody approved the request itself
 * @param premise what must be so still when the certificate is kept; none where whoever keeps it sees to that
 */
public record SigningTerms(
        Role role,
        UUID authority,
        @Nullable String roleName,
        @Nullable RolePremise premise) {
    /** Of a role, for what somebody approved. */
    public static SigningTerms of(StoredRole stored) {
        return new SigningTerms(stored.role(), stored.caId(), stored.name(), null);
    }

    static SigningTerms of(PermittedRole permitted) {
        StoredRole stored = permitted.role();
        return new SigningTerms(
                stored.role(),
                stored.caId(),
                stored.name(),
                new RolePremise(permitted.epoch(), stored.name(), stored.revision(), stored.updatedAt()));
    }
}
