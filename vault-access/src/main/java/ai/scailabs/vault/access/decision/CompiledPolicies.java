package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.decision.Decision.PolicyEvaluation;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.access.policy.PolicyRule;
import ai.scailabs.vault.access.policy.PolicySnapshot;
import ai.scailabs.vault.access.policy.PolicySnapshot.BoundPolicy;
import ai.scailabs.vault.access.policy.PolicySnapshot.Grantee;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.id.IdentityId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All that decides in one tenant at one epoch, indexed by whom it is granted to. Immutable. */
final class CompiledPolicies {
    private final long epoch;
    private final int weight;
    private final Map<IdentityId, List<Grant>> grants = new HashMap<>();

    CompiledPolicies(PolicySnapshot snapshot) {
        this.epoch = snapshot.epoch();
        int entries = 1;
        for (BoundPolicy bound : snapshot.policies()) {
            CompiledPolicy policy = new CompiledPolicy(entries, bound);
            entries += 1 + bound.rules().size() + bound.grantees().size();
            for (Grantee grantee : bound.grantees()) {
                grants.computeIfAbsent(grantee.identity(), identity -> new ArrayList<>(1))
                        .add(new Grant(policy, grantee.expiresAtMillis()));
            }
        }
        this.weight = entries;
    }

    long epoch() {
        return epoch;
    }

    /** Grows with rules and bindings, as memory does. */
    int weight() {
        return weight;
    }

    /** The first rule of the first policy that allows, or null. Builds nothing else. */
    @Nullable
    Match match(Subject subject, Permission permission, String path, long nowMillis) {
        String[] segments = path.split("/", -1);
        Found found = new Found();
        search(subject.identity(), permission, path, segments, nowMillis, found);
        for (IdentityId group : subject.groups()) {
            search(group, permission, path, segments, nowMillis, found);
        }
        return found.policy == null ? null : new Match(found.policy.id(), found.policy.name(), found.rule);
    }

    /** Grants lie in the order of their policies, so the search ends at the first hit and beyond an earlier one. */
    private void search(
            IdentityId identity, Permission permission, String path, String[] segments, long nowMillis, Found found) {
        for (Grant grant : grants.getOrDefault(identity, List.of())) {
            if (found.policy != null && grant.policy().rank() >= found.policy.rank()) {
                return;
            }
            int rule = grant.isLive(nowMillis) ? grant.policy().firstAllowing(permission, path, segments) : -1;
            if (rule >= 0) {
                found.policy = grant.policy();
                found.rule = rule;
                return;
            }
        }
    }

    /** The same decision with its reasons. */
    Decision explain(Subject subject, Permission permission, String path, long nowMillis) {
        Match matched = match(subject, permission, path, nowMillis);
        List<PolicyEvaluation> evaluated = boundTo(subject, nowMillis).stream()
                .map(policy -> policy.explain(permission, path))
                .toList();
        return new Decision(
                matched != null, matched, matched == null ? ErrorCode.ACCESS_DENIED : null, null, evaluated);
    }

    /** The rules that grant the subject a permission anywhere. */
    List<PolicyRule> granting(Subject subject, Permission permission, long nowMillis) {
        return boundTo(subject, nowMillis).stream()
                .flatMap(policy -> policy.rules().stream())
                .filter(rule -> rule.grants(permission))
                .toList();
    }

    private Collection<CompiledPolicy> boundTo(Subject subject, long nowMillis) {
        TreeMap<Integer, CompiledPolicy> bound = new TreeMap<>();
        collect(subject.identity(), nowMillis, bound);
        subject.groups().forEach(group -> collect(group, nowMillis, bound));
        return bound.values();
    }

    private void collect(IdentityId identity, long nowMillis, Map<Integer, CompiledPolicy> bound) {
        for (Grant grant : grants.getOrDefault(identity, List.of())) {
            if (grant.isLive(nowMillis)) {
                bound.put(grant.policy().rank(), grant.policy());
            }
        }
    }

    private record Grant(CompiledPolicy policy, long expiresAtMillis) {
        boolean isLive(long nowMillis) {
            return nowMillis < expiresAtMillis;
        }
    }

    private static final class Found {
        private @Nullable CompiledPolicy policy;
        private int rule;
    }
}
