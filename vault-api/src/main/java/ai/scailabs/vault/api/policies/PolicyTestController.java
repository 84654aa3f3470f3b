package ai.scailabs.vault.api.policies;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.Decision;
import ai.scailabs.vault.access.decision.Match;
import ai.scailabs.vault.access.decision.TestContext;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.access.trust.TrustService;
import ai.scailabs.vault.access.trust.TrustTerms;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.PathGlob;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;

/** A dry run by the evaluator that enforces. It leaves no audit row when it succeeds; a refusal of the caller does. */
@Controller
public class PolicyTestController {
    private final AccessControl access;
    private final TrustService trusts;
    private final JsonBody bodies;

    public PolicyTestController(AccessControl access, TrustService trusts, JsonBody bodies) {
        this.access = access;
        this.trusts = trusts;
        this.bodies = bodies;
    }

    @PostMapping("/v1/policies/test")
    @Endpoint(scope = "policies:read", action = AuditAction.POLICY_TEST, category = PathCategory.POLICY_TEST)
    public Answer test(Call call, HttpServletRequest request) {
        PolicyRequests.Test body = bodies.read(request, PolicyRequests.Test.class);
        IdentityId subject = IdentityId.parse(required("identity_id", body.identityId()))
                .orElseThrow(() -> VaultException.invalidField("identity_id", "must be user:…, sa:… or group:…"));
        Permission permission = Permission.parse(required("permission", body.permission()))
                .orElseThrow(() -> VaultException.invalidField(
                        "permission", "must be read, write, delete, list, rotate or admin"));
        Decision decision = access.explain(
                call.tenant(),
                subject,
                permission,
                required("path", body.path()),
                context(call.tenant(), subject, body.context()));
        return Answer.open(200, json -> write(json, decision));
    }

    private static void write(JsonWriter json, Decision decision) {
        json.flag("allowed", decision.allowed());
        Match matched = decision.matched();
        if (matched != null) {
            json.object(
                    "matched",
                    rule -> rule.text("policy_id", matched.policyId())
                            .text("policy_name", matched.policyName())
                            .number("rule_index", matched.ruleIndex()));
        }
        ErrorCode code = decision.code();
        if (code != null) {
            json.text("code", code.code()).text("failed_condition", decision.failedCondition());
        }
        if (!decision.tokenPathsMatched()) {
            json.flag("token_paths_matched", false);
        }
        json.objects("evaluated", decision.evaluated(), PolicyTestController::write);
    }

    private static void write(JsonWriter json, Decision.PolicyEvaluation policy) {
        json.text("policy_id", policy.policyId())
                .text("policy_name", policy.policyName())
                .objects("rules", policy.rules(), PolicyTestController::write);
    }

    private static void write(JsonWriter json, Decision.RuleEvaluation rule) {
        json.number("rule_index", rule.ruleIndex())
                .flag("path_matched", rule.pathMatched())
                .flag("permission_matched", rule.permissionMatched())
                .text("failed_condition", rule.failedCondition());
    }

    private TestContext context(TenantId tenant, IdentityId subject, PolicyRequests.@Nullable Context context) {
        return context == null
                ? TestContext.NOW
                : new TestContext(
                        context.sourceIp(),
                        context.mfaVerified(),
                        PolicyRequests.time("context.timestamp", context.timestamp()),
                        context.trustId() == null ? null : paths(tenant, subject, context.trustId()));
    }

    /** Those to which a token is narrowed that is exchanged under the trust; null when it is not. */
    private @Nullable List<PathGlob> paths(TenantId tenant, IdentityId subject, String trustId) {
        TrustTerms terms = trusts.get(tenant, trustId).terms();
        if (!terms.identity().equals(subject)) {
            throw VaultException.invalidField("context.trust_id", "is of a trust that becomes another identity");
        }
        return terms.paths().isEmpty() ? null : terms.paths();
    }

    private static String required(String field, @Nullable String value) {
        if (value == null) {
            throw VaultException.invalidField(field, "is required");
        }
        return value;
    }
}
