package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.decision.Bound.Bindings;
import ai.scailabs.vault.access.decision.WhoCan.Grant;
import ai.scailabs.vault.access.decision.WhoCan.Position;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.kernel.id.IdentityId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Collects one page of who is let in by what: in the order of identities, of policies, of rules. */
final class GrantPage {
    private final CompiledPolicies policies;
    private final int limit;
    private final @Nullable Position after;
    private final long nowMillis;
    private final List<Grant> grants = new ArrayList<>();

    GrantPage(CompiledPolicies policies, int limit, @Nullable Position after, long nowMillis) {
        this.policies = policies;
        this.limit = limit;
        this.after = after;
        this.nowMillis = nowMillis;
    }

    WhoCan of(Permission permission, String path) {
        Map<String, Granting> rules = new TreeMap<>();
        policies.granting(permission, path)
                .forEach((rank, indexes) -> rules.put(policies.policy(rank).id(), new Granting(rank, indexes)));
        List<Map.Entry<IdentityId, Bindings>> everybody = policies.bindings().entrySet().stream()
                .filter(each -> after == null || each.getKey().value().compareTo(after.identity()) >= 0)
                .sorted((one, other) ->
                        one.getKey().value().compareTo(other.getKey().value()))
                .toList();
        for (Map.Entry<IdentityId, Bindings> each : everybody) {
            if (!collect(each.getKey(), each.getValue(), rules)) {
                return new WhoCan(List.copyOf(grants), grants.getLast().position());
            }
        }
        return new WhoCan(List.copyOf(grants), null);
    }

    /** False when the page is full and more follows. */
    private boolean collect(IdentityId identity, Bindings bindings, Map<String, Granting> rules) {
        for (Granting each : rules.values()) {
            long expiry = bindings.expiry(each.rank());
            if (nowMillis >= expiry) {
                continue;
            }
            CompiledPolicy policy = policies.policy(each.rank());
            for (int index : each.indexes()) {
                if (isShownBefore(identity, policy, index)) {
                    continue;
                }
                if (grants.size() == limit) {
                    return false;
                }
                grants.add(new Grant(
                        identity,
                        policy.id(),
                        policy.name(),
                        index,
                        policy.rules().get(index).conditions(),
                        expiry));
            }
        }
        return true;
    }

    private boolean isShownBefore(IdentityId identity, CompiledPolicy policy, int index) {
        if (after == null || !identity.value().equals(after.identity())) {
            return false;
        }
        int byPolicy = policy.id().compareTo(after.policyId());
        return byPolicy < 0 || byPolicy == 0 && index <= after.ruleIndex();
    }

    /** The rules of one policy that match. */
    private record Granting(int rank, List<Integer> indexes) {}
}
