package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.decision.Bound.Bindings;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.access.policy.PolicyRule;
import ai.scailabs.vault.access.policy.PolicySnapshot;
import ai.scailabs.vault.access.policy.PolicySnapshot.BoundPolicy;
import ai.scailabs.vault.access.policy.PolicySnapshot.Grantee;
import ai.scailabs.vault.kernel.id.IdentityId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All that decides in one tenant at one epoch. A decision costs what the rules cost that match the path and are bound to the subject; others may be any number.
 * Immutable.
 */
final class CompiledPolicies {
    private final long epoch;
    private final int weight;
    private final List<CompiledPolicy> policies = new ArrayList<>();
    private final RuleTrie trie = new RuleTrie();
    private final Map<IdentityId, Bindings> bindings = new HashMap<>();

    CompiledPolicies(PolicySnapshot snapshot) {
        this.epoch = snapshot.epoch();
        Map<IdentityId, TreeMap<Integer, Long>> ranks = new HashMap<>();
        int grantees = 0;
        for (BoundPolicy bound : snapshot.policies()) {
            if (bound.grantees().isEmpty()) {
                continue;
            }
            CompiledPolicy policy = new CompiledPolicy(policies.size(), bound);
            policies.add(policy);
            for (int i = 0; i < policy.rules().size(); i++) {
                trie.add(new CompiledRule(policy, i));
            }
            for (Grantee grantee : bound.grantees()) {
                ranks.computeIfAbsent(grantee.identity(), identity -> new TreeMap<>())
                        .merge(policy.rank(), grantee.expiresAtMillis(), Math::max);
                grantees++;
            }
        }
        trie.seal(policies.size());
        ranks.forEach((identity, byRank) -> bindings.put(identity, new Bindings(byRank, policies.size())));
        int rules = policies.stream().mapToInt(policy -> policy.rules().size()).sum();
        this.weight = 1 + policies.size() + rules + trie.size() + grantees;
    }

    long epoch() {
        return epoch;
    }

    /** Grows with rules, their segments and bindings, as memory does. */
    int weight() {
        return weight;
    }

    /** The first rule of the first policy that allows, or what came nearest to it; nothing allows what the subject's token does not reach. */
    Verdict decide(Subject subject, Permission permission, String path, Circumstances circumstances) {
        Bound bound = subject.reaches(path) ? bound(subject) : null;
        if (bound == null) {
            return Verdict.NO_RULE;
        }
        Search search = new Search(bound, permission, circumstances);
        for (RuleList rules : trie.matching(path)) {
            rules.search(search);
        }
        return search.verdict();
    }

    /** The indexes of the rules that match the path and grant the permission, whoever is bound to them, by the rank of their policy. */
    SortedMap<Integer, List<Integer>> granting(Permission permission, String path) {
        TreeSet<Long> orders = new TreeSet<>();
        for (RuleList rules : trie.matching(path)) {
            rules.forEach(rule -> {
                if (rule.rule().grants(permission)) {
                    orders.add(rule.order());
                }
            });
        }
        TreeMap<Integer, List<Integer>> granting = new TreeMap<>();
        for (long order : orders) {
            granting.computeIfAbsent(CompiledRule.rankOf(order), rank -> new ArrayList<>())
                    .add(CompiledRule.indexOf(order));
        }
        return granting;
    }

    /** The orders of the first rules that match the path, among those that are bound to the subject. */
    TreeSet<Long> firstMatching(Subject subject, String path, long nowMillis, int most) {
        TreeSet<Long> first = new TreeSet<>();
        Bound bound = bound(subject);
        if (bound == null) {
            return first;
        }
        for (RuleList rules : trie.matching(path)) {
            rules.forEach(rule -> {
                if (bound.isLive(rule.policy().rank(), nowMillis)) {
                    first.add(rule.order());
                    if (first.size() > most) {
                        first.pollLast();
                    }
                }
            });
        }
        return first;
    }

    /** The policies whose bindings to the subject have not lapsed, in their order. */
    List<CompiledPolicy> boundTo(Subject subject, long nowMillis) {
        List<CompiledPolicy> live = new ArrayList<>();
        forEachBound(subject, nowMillis, live::add);
        return live;
    }

    /** Looks at the rules that allow the permission somewhere, until one passes the test. */
    boolean anyGranting(
            Subject subject, Permission permission, Circumstances circumstances, Predicate<PolicyRule> test) {
        for (CompiledPolicy policy : boundTo(subject, circumstances.millis())) {
            for (PolicyRule rule : policy.rules()) {
                if (rule.grants(permission) && circumstances.failed(rule.conditions()) == null && test.test(rule)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Everybody to whom something is bound, lapsed bindings included. */
    Map<IdentityId, Bindings> bindings() {
        return bindings;
    }

    CompiledPolicy policy(int rank) {
        return policies.get(rank);
    }

    private void forEachBound(Subject subject, long nowMillis, Consumer<CompiledPolicy> action) {
        Bound bound = bound(subject);
        if (bound == null) {
            return;
        }
        for (int word = 0; word < bound.words(); word++) {
            for (long left = bound.word(word); left != 0; left &= left - 1) {
                int rank = word * 64 + Long.numberOfTrailingZeros(left);
                if (bound.isLive(rank, nowMillis)) {
                    action.accept(policies.get(rank));
                }
            }
        }
    }

    private @Nullable Bound bound(Subject subject) {
        List<Bindings> parts = new ArrayList<>(2);
        Bindings own = bindings.get(subject.identity());
        if (own != null) {
            parts.add(own);
        }
        for (IdentityId group : subject.groups()) {
            Bindings part = bindings.get(group);
            if (part != null) {
                parts.add(part);
            }
        }
        return parts.isEmpty() ? null : Bound.of(parts);
    }
}
