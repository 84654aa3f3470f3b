package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.policy.Permission;
import org.jspecify.annotations.Nullable;

/** Looks for the first rule that allows, and remembers how near the others came. For one decision. */
final class Search {
    private final Bound bound;
    private final Permission permission;
    private final Circumstances circumstances;
    private @Nullable CompiledRule found;
    private @Nullable Condition nearest;

    Search(Bound bound, Permission permission, Circumstances circumstances) {
        this.bound = bound;
        this.permission = permission;
        this.circumstances = circumstances;
    }

    Bound bound() {
        return bound;
    }

    Permission permission() {
        return permission;
    }

    /**
     * @param rule whose pattern matches
     * @return false when neither it nor what comes after it can be the first
     */
    boolean consider(CompiledRule rule) {
        if (found != null && rule.order() >= found.order()) {
            return false;
        }
        if (!rule.rule().grants(permission) || !bound.isLive(rule.policy().rank(), circumstances.millis())) {
            return true;
        }
        Condition failed = circumstances.failed(rule.rule().conditions());
        if (failed == null) {
            found = rule;
            return false;
        }
        if (nearest == null || failed.compareTo(nearest) > 0) {
            nearest = failed;
        }
        return true;
    }

    Verdict verdict() {
        if (found == null) {
            return nearest == null ? Verdict.NO_RULE : new Verdict(null, false, nearest);
        }
        boolean lasting = found.rule().conditions().isNone()
                && bound.expiry(found.policy().rank()) == Long.MAX_VALUE;
        return new Verdict(new Match(found.policy().id(), found.policy().name(), found.index()), lasting, null);
    }
}
