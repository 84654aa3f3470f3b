package ai.scailabs.vault.pki.validation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.x509.PolicyConstraints;
import org.jspecify.annotations.Nullable;

/**
 * Certificate policies of a path (RFC 5280 §6.1, as RFC 9618 corrects it): a graph with a node for each policy and level, whose size is bounded by the certificates, where the tree of the original grows without
 * bounds. Not thread-safe.
 */
final class PolicyGraph {
    static final String ANY = "2.5.29.32.0";

    private final PolicyInputs inputs;
    private final Work work;
    private final List<Map<String, Node>> levels = new ArrayList<>();
    private boolean empty;
    private int explicit;
    private int mapping;
    private int any;

    /** @param length certificates below the anchor */
    PolicyGraph(PolicyInputs inputs, int length, Work work) {
        this.inputs = inputs;
        this.work = work;
        this.explicit = inputs.explicit() ? 0 : length + 1;
        this.mapping = inputs.inhibitMapping() ? 0 : length + 1;
        this.any = inputs.inhibitAny() ? 0 : length + 1;
        Map<String, Node> root = new LinkedHashMap<>();
        root.put(ANY, new Node(ANY, Set.of(ANY), Set.of()));
        levels.add(root);
    }

    /** The next certificate below the anchor. False when its policies are none that the path may have. */
    boolean add(PathCertificate certificate, boolean leaf) {
        List<String> policies = certificate.extensions().policies();
        if (policies == null) {
            empty = true;
        } else if (!empty) {
            grow(new LinkedHashSet<>(policies), any > 0 || !leaf && certificate.isSelfIssued());
        }
        boolean holds = explicit > 0 || !empty;
        if (!leaf) {
            prepare(certificate);
        }
        return holds;
    }

    /** §6.1.3 (d). */
    private void grow(Set<String> policies, boolean anyCounts) {
        Map<String, Node> above = levels.getLast();
        Map<String, Set<Node>> expecting = new LinkedHashMap<>();
        for (Node node : above.values()) {
            work.compare(node.expected.size());
            for (String policy : node.expected) {
                expecting.computeIfAbsent(policy, each -> new LinkedHashSet<>()).add(node);
            }
        }
        Node anyAbove = above.get(ANY);
        Map<String, Node> level = new LinkedHashMap<>();
        for (String policy : policies) {
            if (policy.equals(ANY)) {
                continue;
            }
            Set<Node> parents = expecting.getOrDefault(policy, Set.of());
            if (!parents.isEmpty()) {
                level.put(policy, new Node(policy, Set.of(policy), parents));
            } else if (anyAbove != null) {
                level.put(policy, new Node(policy, Set.of(policy), Set.of(anyAbove)));
            }
        }
        if (policies.contains(ANY) && anyCounts) {
            expecting.forEach(
                    (policy, parents) -> level.putIfAbsent(policy, new Node(policy, Set.of(policy), parents)));
        }
        levels.add(level);
        prune();
    }

    /** §6.1.4 (b), (h) to (j). */
    private void prepare(PathCertificate certificate) {
        PathExtensions extensions = certificate.extensions();
        if (!empty && !extensions.mappings().isEmpty()) {
            map(extensions.mappings());
        }
        if (!certificate.isSelfIssued()) {
            explicit = Math.max(0, explicit - 1);
            mapping = Math.max(0, mapping - 1);
            any = Math.max(0, any - 1);
        }
        PolicyConstraints constraints = extensions.policyConstraints();
        if (constraints != null && constraints.getRequireExplicitPolicyMapping() != null) {
            explicit = Math.min(explicit, PathExtensions.number(constraints.getRequireExplicitPolicyMapping()));
        }
        if (constraints != null && constraints.getInhibitPolicyMapping() != null) {
            mapping = Math.min(mapping, PathExtensions.number(constraints.getInhibitPolicyMapping()));
        }
        Integer inhibit = extensions.inhibitAny();
        if (inhibit != null) {
            any = Math.min(any, inhibit);
        }
    }

    private void map(List<PathExtensions.Mapping> mappings) {
        Map<String, Set<String>> expected = new LinkedHashMap<>();
        for (PathExtensions.Mapping each : mappings) {
            expected.computeIfAbsent(each.issuerPolicy(), policy -> new LinkedHashSet<>())
                    .add(each.subjectPolicy());
        }
        Map<String, Node> level = levels.getLast();
        Node anyNode = level.get(ANY);
        expected.forEach((policy, subjects) -> {
            Node node = level.get(policy);
            if (mapping == 0) {
                level.remove(policy);
            } else if (node != null) {
                level.put(policy, new Node(policy, subjects, node.parents));
            } else if (anyNode != null) {
                level.put(policy, new Node(policy, subjects, anyNode.parents));
            }
        });
        prune();
    }

    /** From below: a node above that has no child leads nowhere. */
    private void prune() {
        if (levels.getLast().isEmpty()) {
            empty = true;
            return;
        }
        for (int i = levels.size() - 1; i > 0; i--) {
            Set<Node> parents = new HashSet<>();
            levels.get(i).values().forEach(node -> parents.addAll(node.parents));
            levels.get(i - 1).values().removeIf(node -> !parents.contains(node));
        }
    }

    /** After the last certificate (§6.1.5): whether a policy that is acceptable holds, or none is asked for. */
    boolean holdsFor(PathCertificate leaf) {
        explicit = Math.max(0, explicit - 1);
        PolicyConstraints constraints = leaf.extensions().policyConstraints();
        if (constraints != null
                && constraints.getRequireExplicitPolicyMapping() != null
                && constraints.getRequireExplicitPolicyMapping().signum() == 0) {
            explicit = 0;
        }
        return explicit > 0 || !empty && isAcceptable();
    }

    private boolean isAcceptable() {
        if (inputs.acceptable().isEmpty() || levels.getLast().containsKey(ANY)) {
            return true;
        }
        // What the authorities of the path have agreed on is named where it came out of "any".
        Set<String> agreed = new HashSet<>();
        for (Map<String, Node> level : levels) {
            for (Node node : level.values()) {
                if (!node.policy.equals(ANY) && node.parents.stream().anyMatch(parent -> parent.policy.equals(ANY))) {
                    agreed.add(node.policy);
                }
            }
        }
        return agreed.stream().anyMatch(inputs.acceptable()::contains);
    }

    /** By identity: a policy has one node on each level. */
    private static final class Node {
        private final String policy;
        private final Set<String> expected;
        private final Set<Node> parents;

        private Node(String policy, Set<String> expected, Set<Node> parents) {
            this.policy = policy;
            this.expected = expected;
            this.parents = parents;
        }
    }

    /** What a mapping must never name (§6.1.4 (a)); null where none does. */
    static @Nullable String badMapping(PathCertificate certificate) {
        boolean bad = certificate.extensions().mappings().stream()
                .anyMatch(each ->
                        each.issuerPolicy().equals(ANY) || each.subjectPolicy().equals(ANY));
        return bad ? "a policy mapping from or to any policy" : null;
    }
}
