package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.policy.PolicyRule;
import ai.scailabs.vault.access.policy.PolicySnapshot.BoundPolicy;
import java.util.List;

/**
 * One active policy that is bound to somebody.
 *
 * @param rank its place among those of the tenant; of several that allow, the first is named
 */
record CompiledPolicy(int rank, String id, String name, List<PolicyRule> rules) {

    CompiledPolicy(int rank, BoundPolicy policy) {
        this(rank, policy.id(), policy.name(), policy.rules());
    }
}
