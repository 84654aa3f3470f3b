package ai.scailabs.vault.access.policy;

import ai.scailabs.vault.kernel.id.IdentityId;
import java.util.List;

/**
 * Everything that decides about accesses in one tenant, as it was at one moment: its active policies in the order of their ids, then those of its partner in
 * theirs.
 *
 * @param epoch of the tenant at that moment; 0 for a tenant that does not exist here
 */
public record PolicySnapshot(long epoch, List<BoundPolicy> policies) {

    /** An active policy with all its bindings. */
    public record BoundPolicy(String id, String name, List<PolicyRule> rules, List<Grantee> grantees) {}

    /** @param expiresAtMillis {@link Long#MAX_VALUE} for never */
    public record Grantee(IdentityId identity, long expiresAtMillis) {}
}
