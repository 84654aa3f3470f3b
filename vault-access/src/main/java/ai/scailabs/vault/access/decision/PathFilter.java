package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.PathGlob;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
            String prefix = reach(rule.pathPattern());
            if (prefix != null) {
                addReached(prefix, all);
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

    /** What of the prefix the caller's token reaches. */
    private void addReached(String prefix, Set<String> all) {
        List<PathGlob> narrowed = subject.paths();
        if (narrowed == null) {
            all.add(prefix);
            return;
        }
        for (PathGlob each : narrowed) {
            String reached = reach(each);
            if (reached != null && isWithin(reached, prefix)) {
                all.add(reached);
            } else if (reached != null && isWithin(prefix, reached)) {
                all.add(prefix);
            }
        }
    }

    /** A prefix with a last slash stands for itself without it, too. */
    private static boolean isWithin(String inner, String outer) {
        return inner.startsWith(outer) || outer.equals(inner + "/");
    }

    /** With what the paths begin that the pattern reaches in the space; null when it reaches none. */
    private @Nullable String reach(PathGlob pattern) {
        String prefix = pattern.literalPrefix();
        if (prefix.startsWith(space)) {
            return prefix.substring(space.length());
        }
        return space.startsWith(prefix) ? "" : null;
    }

    /** Whether no path can match. */
    public boolean isEmpty() {
        return literalPrefixes().isEmpty();
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
