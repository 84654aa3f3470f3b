package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.kernel.path.PathGlob;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The patterns of all rules as one tree by their segments. A path is walked once, on all branches that it fits at the same time: what other patterns there are
 * costs nothing. Only patterns with a wildcard at both ends of one segment ({@code *x*}) are asked one by one where they stand beside each other. It finds exactly the
 * rules whose {@link PathGlob} matches. Immutable once {@linkplain #seal sealed}.
 */
final class RuleTrie {
    private static final String ANY_DEPTH = "**";

    private final Node root = new Node(false);
    private int nodes = 1;
    private int nested;

    void add(CompiledRule rule) {
        Node node = root;
        boolean belowDeep = false;
        for (String segment : rule.rule().pathPattern().segments()) {
            node = child(node, segment, belowDeep);
            belowDeep |= node.deepItself;
        }
        node.growing.add(rule);
    }

    private Node child(Node node, String segment, boolean belowDeep) {
        if (segment.equals(ANY_DEPTH)) {
            Node deep = node.deep;
            if (deep == null) {
                deep = new Node(true);
                deep.nested = belowDeep ? nested++ : -1;
                node.deep = deep;
                nodes++;
            }
            return deep;
        }
        if (segment.equals("*")) {
            if (node.any == null) {
                node.any = counted();
            }
            return node.any;
        }
        if (segment.indexOf('*') >= 0 || segment.indexOf('?') >= 0) {
            if (node.partials == null) {
                node.partials = new PartialSegments<>();
            }
            return node.partials.computeIfAbsent(segment, this::counted);
        }
        return node.literals.computeIfAbsent(segment, name -> counted());
    }

    private Node counted() {
        nodes++;
        return new Node(false);
    }

    /** @param policies how many ranks there are */
    void seal(int policies) {
        seal(root, policies);
    }

    private static void seal(Node node, int policies) {
        if (!node.growing.isEmpty()) {
            node.rules = new RuleList(node.growing, policies);
        }
        node.growing = List.of();
        node.literals = Map.copyOf(node.literals);
        node.literals.values().forEach(child -> seal(child, policies));
        if (node.any != null) {
            seal(node.any, policies);
        }
        if (node.deep != null) {
            seal(node.deep, policies);
        }
        if (node.partials != null) {
            node.partials.forEach(child -> seal(child, policies));
        }
    }

    /** Grows with the memory that the tree takes. */
    int size() {
        return nodes;
    }

    /** The rules whose patterns match, by pattern. */
    List<RuleList> matching(String path) {
        Walk walk = new Walk(nested);
        List<Node> reached = List.of(root);
        int start = 0;
        while (start <= path.length() && !reached.isEmpty()) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            reached = walk.step(reached, path.substring(start, end));
            if (start == 0 && root.deep != null) {
                // A leading ** takes one segment at least.
                reached.add(root.deep);
            }
            start = end + 1;
        }
        List<RuleList> found = new ArrayList<>(4);
        for (Node node : reached) {
            if (node.rules != null) {
                found.add(node.rules);
            }
        }
        return found;
    }

    /** From segment to segment. No node is reached twice at once: it has one parent, and a {@code **}, which stays, is entered once. */
    private static final class Walk {
        private final long[] entered;

        Walk(int nested) {
            this.entered = new long[(nested + 63) / 64];
        }

        List<Node> step(List<Node> from, String segment) {
            List<Node> next = new ArrayList<>(from.size() + 4);
            for (Node node : from) {
                if (node.deepItself) {
                    next.add(node);
                }
                enter(node.literals.get(segment), next);
                if (!segment.isEmpty()) {
                    enter(node.any, next);
                }
                if (node.partials != null) {
                    node.partials.matching(segment, child -> enter(child, next));
                }
            }
            return next;
        }

        private void enter(@Nullable Node node, List<Node> next) {
            if (node == null) {
                return;
            }
            next.add(node);
            // A ** may match no segment at all.
            Node deep = node.deep;
            if (deep != null && isFirstTime(deep)) {
                next.add(deep);
            }
        }

        private boolean isFirstTime(Node deep) {
            if (deep.nested < 0) {
                return true;
            }
            long bit = 1L << deep.nested;
            boolean first = (entered[deep.nested / 64] & bit) == 0;
            entered[deep.nested / 64] |= bit;
            return first;
        }
    }

    private static final class Node {
        /** Whether it stands for {@code **}. */
        private final boolean deepItself;
        /** The number of a {@code **} that stands below another one and could be entered more than once; else -1. */
        private int nested = -1;

        private Map<String, Node> literals = new HashMap<>(2);
        private List<CompiledRule> growing = new ArrayList<>(1);
        private @Nullable Node any;
        private @Nullable Node deep;
        private @Nullable PartialSegments<Node> partials;
        private @Nullable RuleList rules;

        Node(boolean deepItself) {
            this.deepItself = deepItself;
        }
    }
}
