package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.decision.Decision.PolicyEvaluation;
import ai.scailabs.vault.access.decision.Decision.RuleEvaluation;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.access.policy.PolicyRule;
import ai.scailabs.vault.access.policy.PolicySnapshot.BoundPolicy;
import java.util.ArrayList;
import java.util.List;

/** One active policy, ready to be asked. Immutable. */
final class CompiledPolicy {
    private final int rank;
    private final String id;
    private final String name;
    private final List<PolicyRule> rules;
    private final RuleIndex index;

    /** @param rank its place among the policies of the tenant; of several that allow, the first is named */
    CompiledPolicy(int rank, BoundPolicy policy) {
        this.rank = rank;
        this.id = policy.id();
        this.name = policy.name();
        this.rules = policy.rules();
        this.index = new RuleIndex(rules);
    }

    int rank() {
        return rank;
    }

    String id() {
        return id;
    }

    String name() {
        return name;
    }

    List<PolicyRule> rules() {
        return rules;
    }

    /** The number of the first rule that allows, or -1. */
    int firstAllowing(Permission permission, String path, String[] segments) {
        return index.first(segments, rule -> allows(rules.get(rule), permission, path));
    }

    private static boolean allows(PolicyRule rule, Permission permission, String path) {
        return rule.grants(permission) && rule.matchesPath(path);
    }

    /** Why each rule allows or does not. */
    PolicyEvaluation explain(Permission permission, String path) {
        List<RuleEvaluation> evaluations = new ArrayList<>(rules.size());
        for (int i = 0; i < rules.size(); i++) {
            PolicyRule rule = rules.get(i);
            evaluations.add(new RuleEvaluation(i, rule.matchesPath(path), rule.grants(permission), null));
        }
        return new PolicyEvaluation(id, name, List.copyOf(evaluations));
    }
}
