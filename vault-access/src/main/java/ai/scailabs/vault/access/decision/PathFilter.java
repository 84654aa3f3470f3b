package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.access.policy.PolicyRule;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** The paths of one space on which an actor has a permission, by the policies of an epoch. Immutable; for one request. */
public final class PathFilter {
    private final Actor actor;
    private final Permission permission;
    private final String space;
    private final long policyEpoch;
    private final List<PolicyRule> rules;
    private final RuleIndex index;
    private final List<String> prefixes;

    /** @param space what stands before the paths when policies are asked: empty, or {@code partner/} */
    PathFilter(Actor actor, Permission permission, String space, long policyEpoch, List<PolicyRule> rules) {
        this.actor = actor;
        this.permission = permission;
        this.space = space;
        this.policyEpoch = policyEpoch;
        this.rules = rules.stream().distinct().toList();
        this.index = new RuleIndex(this.rules);
        this.prefixes = prefixes(this.rules, space);
    }

    private static List<String> prefixes(List<PolicyRule> rules, String space) {
        TreeSet<String> all = new TreeSet<>();
        for (PolicyRule rule : rules) {
            String prefix = rule.pathPattern().literalPrefix();
            if (prefix.startsWith(space)) {
                all.add(prefix.substring(space.length()));
            } else if (space.startsWith(prefix)) {
                all.add("");
            }
        }
        // In order, a prefix comes directly before everything that it covers.
        List<String> shortest = new ArrayList<>();
        for (String prefix : all) {
            if (shortest.isEmpty() || !prefix.startsWith(shortest.getLast())) {
                shortest.add(prefix);
            }
        }
        return List.copyOf(shortest);
    }

    /** Whether the actor has the permission at this path of the space. */
    public boolean matches(String path) {
        String asked = space.isEmpty() ? path : space + path;
        return index.first(asked.split("/", -1), rule -> rules.get(rule).matchesPath(asked)) >= 0;
    }

    /**
     * Every path that {@link #matches} starts with one of these, or equals one without its last slash. None covers another; a single empty one means that
     * nothing can be narrowed, and none at all that nothing matches.
     */
    public List<String> literalPrefixes() {
        return prefixes;
    }

    /** Whether no path can match. */
    public boolean isEmpty() {
        return prefixes.isEmpty();
    }

    /** The epoch of the actor's tenant whose policies were asked. */
    public long policyEpoch() {
        return policyEpoch;
    }

    Actor actor() {
        return actor;
    }

    Permission permission() {
        return permission;
    }

    boolean isShared() {
        return !space.isEmpty();
    }
}
