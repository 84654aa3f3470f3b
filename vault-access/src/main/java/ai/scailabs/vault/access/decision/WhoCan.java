package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.policy.RuleConditions;
import ai.scailabs.vault.kernel.id.IdentityId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** @param next where the next page begins; absent when nothing follows */
public record WhoCan(List<Grant> grants, @Nullable Position next) {

    /**
     * One rule that lets one identity in, as far as its conditions hold.
     *
     * @param expiresAtMillis when the binding lapses; {@link Long#MAX_VALUE} for never
     */
    public record Grant(
            IdentityId identity,
            String policyId,
            String policyName,
            int ruleIndex,
            RuleConditions conditions,
            long expiresAtMillis) {

        Position position() {
            return new Position(identity.value(), policyId, ruleIndex);
        }
    }

    /** The last grant of a page. */
    public record Position(String identity, String policyId, int ruleIndex) {}
}
