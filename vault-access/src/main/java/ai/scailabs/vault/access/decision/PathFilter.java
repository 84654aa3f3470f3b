package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.access.policy.PolicyRule;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The paths of one space on which a caller has a permission, by the policies of an epoch and under the circumstances in which it asked. For one request; not
 * thread-safe.
 */
public final class PathFilter {
    private final Caller caller;
    private final Subject subject;
    private final Permission permission;
    private final String space;
    private final CompiledPolicies policies;
    private final Circumstances circumstances;
    private @Nullable List<String> prefixes;

    /** @param space what stands before the paths when policies are asked: empty, or {@code partner/} */
    PathFilter(
            Caller caller,
            Permission permission,
            String space,
            CompiledPolicies policies,
            Circumstances circumstances) {
        this.caller = caller;
        this.subject = Subject.of(caller.actor());
        this.permission = permission;
        this.space = space;
        this.policies = policies;
        this.circumstances = circumstances;
    }

    /** Whether the caller has the permission at this path of the space. */
    public boolean matches(String path) {
        return verdict(path).match() != null;
    }

    private Verdict verdict(String path) {
        return policies.decide(subject, permission, space.isEmpty() ? path : space + path, circumstances);
    }

    /** What a request for this path alone would be refused with; only for a path that does not {@linkplain #matches match}. */
    public VaultException refusal(String path) {
        return new Explanation(policies, subject, permission, space + path, circumstances).refusal(verdict(path), null);
    }

    /**
     * Every path that {@link #matches} starts with one of these, or equals one without its last slash. None covers another; a single empty one means that
     * nothing can be narrowed, and none at all that nothing matches.
     */
    public List<String> literalPrefixes() {
        if (prefixes == null) {
            prefixes = shortest();
        }
        return prefixes;
    }

    private List<String> shortest() {
        TreeSet<String> all = new TreeSet<>();
        policies.anyGranting(subject, permission, circumstances, rule -> {
            String prefix = reach(rule);
            if (prefix != null) {
                all.add(prefix);
            }
            return false;
        });
        // In order, a prefix comes directly before everything that it covers.
        List<String> shortest = new ArrayList<>();
        for (String prefix : all) {
            if (shortest.isEmpty() || !prefix.startsWith(shortest.getLast())) {
                shortest.add(prefix);
            }
        }
        return List.copyOf(shortest);
    }

    /** With what the paths begin that the rule reaches in the space; null when it reaches none. */
    private @Nullable String reach(PolicyRule rule) {
        String prefix = rule.pathPattern().literalPrefix();
        if (prefix.startsWith(space)) {
            return prefix.substring(space.length());
        }
        return space.startsWith(prefix) ? "" : null;
    }

    /** Whether no path can match. */
    public boolean isEmpty() {
        return !policies.anyGranting(subject, permission, circumstances, rule -> reach(rule) != null);
    }

    /** The epoch of the caller's tenant whose policies were asked. */
    public long policyEpoch() {
        return policies.epoch();
    }

    Caller caller() {
        return caller;
    }

    Permission permission() {
        return permission;
    }

    boolean isShared() {
        return !space.isEmpty();
    }
}
