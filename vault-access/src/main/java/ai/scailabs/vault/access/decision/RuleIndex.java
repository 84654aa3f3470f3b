package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.policy.PolicyRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the few rules that could match a path: a tree by the literal segments with which patterns begin. It only ever leaves out rules that cannot match; the
 * rules themselves decide.
 */
final class RuleIndex {
    private final Node root = new Node();

    RuleIndex(List<PolicyRule> rules) {
        for (int i = 0; i < rules.size(); i++) {
            Node node = root;
            for (String segment : rules.get(i).pathPattern().segments()) {
                if (segment.indexOf('*') >= 0 || segment.indexOf('?') >= 0) {
                    break;
                }
                node = node.children.computeIfAbsent(segment, name -> new Node());
            }
            node.rules.add(i);
        }
    }

    /** @return the lowest number of a rule that passes, or -1 */
    int first(String[] segments, RuleTest test) {
        int first = -1;
        @Nullable Node node = root;
        for (int depth = 0; node != null; depth++) {
            for (int rule : node.rules) {
                if (first >= 0 && rule >= first) {
                    break;
                }
                if (test.passes(rule)) {
                    first = rule;
                    break;
                }
            }
            node = depth < segments.length ? node.children.get(segments[depth]) : null;
        }
        return first;
    }

    /** By the number of the rule in its policy. */
    @FunctionalInterface
    interface RuleTest {
        boolean passes(int rule);
    }

    private static final class Node {
        private final Map<String, Node> children = new HashMap<>();
        // In rising order, as they are added.
        private final List<Integer> rules = new ArrayList<>(1);
    }
}
