package ai.scailabs.vault.access.trust;

import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.path.PathGlob;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What a trust says.
 *
 * @param identity a service account, which the workload becomes
 * @param scopes at most these; at least one
 * @param paths at most these; empty: whatever policies allow the identity
 * @param ttl of the tokens: 1 minute to 1 hour
 */
public record TrustTerms(
        TrustedSource source, IdentityId identity, Set<String> scopes, List<PathGlob> paths, Duration ttl) {
    public TrustTerms {
        scopes = Set.copyOf(scopes);
        paths = List.copyOf(paths);
    }
}
