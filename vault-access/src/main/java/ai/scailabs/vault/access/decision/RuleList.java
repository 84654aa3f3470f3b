package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.policy.Permission;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rules of all policies that have one and the same pattern, in their order. When they are many, the policies that grant a permission here are a set of bits,
 * so that those which are bound to somebody are found without a look at the others.
 */
final class RuleList {
    private static final int FEW = 16;
    private static final Permission[] PERMISSIONS = Permission.values();

    private final CompiledRule[] rules;
    private final long @Nullable [][] granting;

    /** @param rules in their order */
    RuleList(List<CompiledRule> rules, int policies) {
        this.rules = rules.toArray(CompiledRule[]::new);
        this.granting = rules.size() <= FEW ? null : granting(this.rules, policies);
    }

    private static long[][] granting(CompiledRule[] rules, int policies) {
        long[][] bits = new long[PERMISSIONS.length][(policies + 63) / 64];
        for (CompiledRule rule : rules) {
            for (Permission permission : PERMISSIONS) {
                if (rule.rule().grants(permission)) {
                    int rank = rule.policy().rank();
                    bits[permission.ordinal()][rank / 64] |= 1L << rank;
                }
            }
        }
        return bits;
    }

    void forEach(Consumer<CompiledRule> action) {
        for (CompiledRule rule : rules) {
            action.accept(rule);
        }
    }

    /** Lets the search consider the rules in their order, until it has found something earlier. */
    void search(Search search) {
        if (granting == null) {
            for (CompiledRule rule : rules) {
                if (!search.consider(rule)) {
                    return;
                }
            }
            return;
        }
        long[] mine = granting[search.permission().ordinal()];
        for (int word = 0; word < mine.length; word++) {
            for (long both = mine[word] & search.bound().word(word); both != 0; both &= both - 1) {
                if (!searchPolicy(word * 64 + Long.numberOfTrailingZeros(both), search)) {
                    return;
                }
            }
        }
    }

    private boolean searchPolicy(int rank, Search search) {
        for (int i = firstOf(rank); i < rules.length && rules[i].policy().rank() == rank; i++) {
            if (!search.consider(rules[i])) {
                return false;
            }
        }
        return true;
    }

    private int firstOf(int rank) {
        int low = 0;
        int high = rules.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (rules[middle].policy().rank() < rank) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
