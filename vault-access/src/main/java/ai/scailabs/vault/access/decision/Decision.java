package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.kernel.error.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decision with its reasons.
 *
 * @param matched present exactly when allowed
 * @param code what a request would be refused with; present exactly when not allowed
 * @param failedCondition the condition that stood between an otherwise matching rule and the access
 * @param tokenPathsMatched false when the subject's token is narrowed to other paths, so that no policy can allow
 * @param evaluated every policy that is bound to the subject at that time
 */
public record Decision(
        boolean allowed,
        @Nullable Match matched,
        @Nullable ErrorCode code,
        @Nullable String failedCondition,
        boolean tokenPathsMatched,
        List<PolicyEvaluation> evaluated) {

    /** One policy and its rules in their order. */
    public record PolicyEvaluation(String policyId, String policyName, List<RuleEvaluation> rules) {}

    /** What of one rule fitted. */
    public record RuleEvaluation(
            int ruleIndex,
            boolean pathMatched,
            boolean permissionMatched,
            @Nullable String failedCondition) {}
}
