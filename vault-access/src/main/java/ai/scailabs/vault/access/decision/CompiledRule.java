package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.policy.PolicyRule;

/**
 * One rule of a policy.
 *
 * @param order grows with the rank of the policy, and within it with the index
 */
record CompiledRule(CompiledPolicy policy, int index, PolicyRule rule, long order) {

    CompiledRule(CompiledPolicy policy, int index) {
        this(policy, index, policy.rules().get(index), (long) policy.rank() << 32 | index);
    }

    static int rankOf(long order) {
        return (int) (order >> 32);
    }

    static int indexOf(long order) {
        return (int) order;
    }
}
