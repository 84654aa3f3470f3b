package ai.scailabs.vault.access.policy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.PathGlob;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Grants permissions on the paths that a pattern matches, under conditions. */
public record PolicyRule(PathGlob pathPattern, Set<Permission> permissions, RuleConditions conditions) {
    /** Of one policy. */
    public static final int MAX_RULES = 100;

    public PolicyRule {
        if (permissions.isEmpty()) {
            throw new IllegalArgumentException("a rule without permissions");
        }
        // In the order of the enum, so that a rule is always written the same way.
        permissions = Collections.unmodifiableSet(EnumSet.copyOf(permissions));
    }

    /** Without conditions. */
    public PolicyRule(PathGlob pathPattern, Set<Permission> permissions) {
        this(pathPattern, permissions, RuleConditions.NONE);
    }

    /** Whether the rule is about this path, a secret's or a virtual one. */
    public boolean matchesPath(String path) {
        return pathPattern.matches(path);
    }

    /** Whether the rule grants this permission on the paths that it matches, where its conditions hold. */
    public boolean grants(Permission permission) {
        return permission.isGrantedBy(permissions);
    }

    /** @throws VaultException {@code invalid_policy}, {@code invalid_glob} or {@code invalid_duration}; its details name the rule and the field */
    static List<PolicyRule> parseAll(List<RuleDraft> drafts) {
        if (drafts.isEmpty() || drafts.size() > MAX_RULES) {
            throw new VaultException(
                    ErrorCode.INVALID_POLICY,
                    "A policy has 1 to " + MAX_RULES + " rules",
                    Map.of("max_rules", MAX_RULES));
        }
        List<PolicyRule> rules = new ArrayList<>(drafts.size());
        for (int index = 0; index < drafts.size(); index++) {
            rules.add(parse(drafts.get(index), index));
        }
        return List.copyOf(rules);
    }

    private static PolicyRule parse(RuleDraft draft, int index) {
        if (draft.pathPattern() == null) {
            throw invalid(index, "lacks path_pattern");
        }
        if (draft.permissions() == null || draft.permissions().isEmpty()) {
            throw invalid(index, "lacks permissions");
        }
        EnumSet<Permission> permissions = EnumSet.noneOf(Permission.class);
        for (String name : draft.permissions()) {
            permissions.add(Permission.parse(name)
                    .orElseThrow(() ->
                            invalid(index, "has a permission other than read, write, delete, list, rotate and admin")));
        }
        return new PolicyRule(
                glob(draft.pathPattern(), index), permissions, ConditionsForm.parse(index, draft.conditions()));
    }

    private static PathGlob glob(String pattern, int index) {
        try {
            return PathGlob.parse(pattern);
        } catch (VaultException refused) {
            throw new VaultException(
                    ErrorCode.INVALID_GLOB,
                    "Rule " + index + ": " + refused.getMessage(),
                    Map.of(
                            "rule_index",
                            index,
                            "path_pattern",
                            refused.details().getOrDefault("path_pattern", "")));
        }
    }

    private static VaultException invalid(int index, String problem) {
        return new VaultException(
                ErrorCode.INVALID_POLICY, "Rule " + index + " " + problem, Map.of("rule_index", index));
    }
}
