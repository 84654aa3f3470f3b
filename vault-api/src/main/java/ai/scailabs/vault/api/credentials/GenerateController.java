package ai.scailabs.vault.api.credentials;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.CustomMethod;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.EntityTags;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.secrets.SecretJson;
import ai.scailabs.vault.api.secrets.SecretTarget;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.credentials.recipe.MadeValues;
import ai.scailabs.vault.credentials.recipe.SecretPolicy;
import ai.scailabs.vault.credentials.recipe.SecretPolicyService;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.secrets.secret.WriteResult;
import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;

/** Versions whose value is made here, and is in no answer. */
@Controller
public class GenerateController {
    private final MadeValues values;
    private final SecretPolicyService policies;
    private final AccessControl access;
    private final JsonBody bodies;

    public GenerateController(MadeValues values, SecretPolicyService policies, AccessControl access, JsonBody bodies) {
        this.values = values;
        this.policies = policies;
        this.access = access;
        this.bodies = bodies;
    }

    @PostMapping({SecretTarget.OWN + "/{*path}", SecretTarget.SHARED + "/{*path}"})
    @CustomMethod("generate")
    @Idempotent
    @Endpoint(scope = "secrets:write", action = AuditAction.GENERATE, category = PathCategory.SECRETS_WRITE)
    public Answer generate(Call call, HttpServletRequest request) {
        SecretTarget target = SecretTarget.of(request, call);
        Permit permit = target.require(access, call, Permission.WRITE);
        Wanted body = bodies.read(request, Wanted.class);
        SecretPolicy policy = policies.active(call.tenant(), body.policy());
        WriteResult result = values.make(
                permit,
                target.space(),
                target.path(),
                policy,
                SecretTarget.precondition(request, "cas", body.cas()),
                call.facts().userAgent(),
                body.reason(),
                call.entry());
        return Answer.json(result.created() ? 201 : 200, call.changed(), json -> SecretJson.write(json, result.view()))
                .header("ETag", EntityTags.of(result.view().version()));
    }

    record Wanted(
            @Nullable String secretPolicyId,
            @Nullable Integer cas,
            @Nullable String reason) {
        UUID policy() {
            if (secretPolicyId == null) {
                throw VaultException.invalidField("secret_policy_id", "is required");
            }
            return SecretPolicy.parseId(secretPolicyId).orElseThrow(SecretPolicyService::notFound);
        }
    }
}
