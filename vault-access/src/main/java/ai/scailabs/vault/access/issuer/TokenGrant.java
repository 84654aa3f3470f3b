package ai.scailabs.vault.access.issuer;

import ai.scailabs.vault.access.identity.Workload;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import java.util.Set;

/**
 * What a token is to say.
 *
 * @param identity for whom it stands
 * @param workload to whom it is given
 * @param expiresAt at most {@link TenantIssuer#LONGEST_LIFE} from now
 */
public record TokenGrant(
        TenantId tenant,
        PartnerId partner,
        IdentityId identity,
        Set<String> scopes,
        Workload workload,
        Instant expiresAt) {
    public TokenGrant {
        scopes = Set.copyOf(scopes);
    }
}
