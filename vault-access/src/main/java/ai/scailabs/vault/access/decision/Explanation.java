package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.decision.Decision.PolicyEvaluation;
import ai.scailabs.vault.access.decision.Decision.RuleEvaluation;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Why a decision is what it is, in full for who asks, and in short for the audit entry of a refusal. For one question. */
final class Explanation {
    /** Rules that the audit entry of a refusal tells of. */
    static final int MAX_RECORDED_RULES = 20;

    private final CompiledPolicies policies;
    private final Subject subject;
    private final Permission permission;
    private final String path;
    private final Circumstances circumstances;

    Explanation(
            CompiledPolicies policies,
            Subject subject,
            Permission permission,
            String path,
            Circumstances circumstances) {
        this.policies = policies;
        this.subject = subject;
        this.permission = permission;
        this.path = path;
        this.circumstances = circumstances;
    }

    /** The decision that enforcement makes, with every rule of every policy that is bound to the subject. */
    Decision inFull() {
        Verdict verdict = policies.decide(subject, permission, path, circumstances);
        List<PolicyEvaluation> evaluated = new ArrayList<>();
        for (CompiledPolicy policy : policies.boundTo(subject, circumstances.millis())) {
            List<RuleEvaluation> rules = new ArrayList<>(policy.rules().size());
            for (int i = 0; i < policy.rules().size(); i++) {
                rules.add(evaluation(new CompiledRule(policy, i)));
            }
            evaluated.add(new PolicyEvaluation(policy.id(), policy.name(), List.copyOf(rules)));
        }
        Match match = verdict.match();
        return new Decision(
                match != null,
                match,
                match == null ? verdict.code() : null,
                wireName(verdict.failed()),
                subject.reaches(path),
                List.copyOf(evaluated));
    }

    private RuleEvaluation evaluation(CompiledRule compiled) {
        boolean pathMatched = compiled.rule().matchesPath(path);
        boolean permissionMatched = compiled.rule().grants(permission);
        Condition failed = pathMatched && permissionMatched
                ? circumstances.failed(compiled.rule().conditions())
                : null;
        return new RuleEvaluation(compiled.index(), pathMatched, permissionMatched, wireName(failed));
    }

    /**
     * The refusal of a request.
     *
     * @param missingRole the role that was missing although a rule allows; absent otherwise
     */
    VaultException refusal(Verdict verdict, @Nullable String missingRole) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("permission", permission.wireName());
        ErrorCode code = verdict.code();
        Condition failed = verdict.failed();
        if (failed != null) {
            details.put("failed_condition", failed.wireName());
        }
        return new VaultException(code, message(code), details).withEvidence(inShort(failed, missingRole));
    }

    private static String message(ErrorCode code) {
        return switch (code) {
            case IP_NOT_ALLOWED -> "No policy allows this from where the request comes from";
            case TIME_WINDOW_VIOLATION -> "No policy allows this at this time";
            case MFA_REQUIRED -> "A policy allows this after a second factor that was shown lately";
            default -> "No policy allows this";
        };
    }

    /** Rules that match the path first, then others, up to {@value #MAX_RECORDED_RULES}; what is left out is counted. */
    private Map<String, Object> inShort(@Nullable Condition failed, @Nullable String missingRole) {
        List<CompiledPolicy> bound = policies.boundTo(subject, circumstances.millis());
        List<Map<String, Object>> evaluated = new ArrayList<>();
        int shown = 0;
        for (Map.Entry<Integer, List<Integer>> each : chosen(bound).entrySet()) {
            CompiledPolicy policy = policies.policy(each.getKey());
            List<Map<String, Object>> rules = new ArrayList<>();
            for (int index : each.getValue()) {
                rules.add(recorded(evaluation(new CompiledRule(policy, index))));
                shown++;
            }
            evaluated.add(Map.of("policy_id", policy.id(), "rules", rules));
        }
        Map<String, Object> evidence = new LinkedHashMap<>();
        evidence.put("permission", permission.wireName());
        if (failed != null) {
            evidence.put("failed_condition", failed.wireName());
        }
        if (missingRole != null) {
            evidence.put("missing_role", missingRole);
        }
        if (!subject.reaches(path)) {
            evidence.put("token_paths_matched", false);
        }
        evidence.put("bound_policies", bound.size());
        evidence.put("evaluated", evaluated);
        evidence.put(
                "rules_left_out",
                bound.stream().mapToInt(policy -> policy.rules().size()).sum() - shown);
        return evidence;
    }

    /** Indexes of rules by the rank of their policy. */
    private Map<Integer, List<Integer>> chosen(List<CompiledPolicy> bound) {
        TreeSet<Long> orders = policies.firstMatching(subject, path, circumstances.millis(), MAX_RECORDED_RULES);
        for (CompiledPolicy policy : bound) {
            for (int i = 0; i < policy.rules().size() && orders.size() < MAX_RECORDED_RULES; i++) {
                orders.add(new CompiledRule(policy, i).order());
            }
        }
        Map<Integer, List<Integer>> chosen = new TreeMap<>();
        for (long order : orders) {
            chosen.computeIfAbsent(CompiledRule.rankOf(order), rank -> new ArrayList<>())
                    .add(CompiledRule.indexOf(order));
        }
        return chosen;
    }

    private static Map<String, Object> recorded(RuleEvaluation rule) {
        Map<String, Object> recorded = new LinkedHashMap<>();
        recorded.put("rule_index", rule.ruleIndex());
        recorded.put("path_matched", rule.pathMatched());
        recorded.put("permission_matched", rule.permissionMatched());
        recorded.put("failed_condition", rule.failedCondition());
        return recorded;
    }

    private static @Nullable String wireName(@Nullable Condition condition) {
        return condition == null ? null : condition.wireName();
    }
}
