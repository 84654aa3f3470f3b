package ai.scailabs.vault.api.credentials;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.EntityTags;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.credentials.rotation.RotationPolicy;
import ai.scailabs.vault.credentials.rotation.RotationPolicyService;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** How often secrets are renewed, and how. */
@Controller
public class RotationPolicyController {
    private static final String SCOPE = "admin";

    private final RotationPolicyService policies;
    private final JsonBody bodies;
    private final Cursors cursors;

    public RotationPolicyController(RotationPolicyService policies, JsonBody bodies, Cursors cursors) {
        this.policies = policies;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @GetMapping("/v1/rotation/policies")
    @Endpoint(scope = SCOPE, action = AuditAction.ROTATION_POLICY_LIST, category = PathCategory.ROTATION)
    public Answer list(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(request, "active_only", "limit", "cursor");
        String list = "rotation-policies?" + parameters.filters();
        String after = cursors.decode(call, list, parameters.text("cursor"));
        int limit = parameters.limit();
        List<RotationPolicy> found = policies.page(
                call.tenant(), parameters.isTrue("active_only"), limit, after == null ? null : position(after));
        boolean more = found.size() > limit;
        List<RotationPolicy> page = more ? found.subList(0, limit) : found;
        String cursor = more ? cursors.encode(call, list, page.getLast().text()) : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("data", page, RotationJson::policy)
                        .text("cursor", cursor)
                        .flag("has_more", more));
    }

    private static UUID position(String id) {
        return RotationPolicy.parseId(id)
                .orElseThrow(() -> new VaultException(ErrorCode.INVALID_CURSOR, "The cursor names no rotation policy"));
    }

    @PostMapping("/v1/rotation/policies")
    @Idempotent
    @Endpoint(scope = SCOPE, action = AuditAction.ROTATION_POLICY_CREATE, category = PathCategory.ROTATION)
    public Answer create(Call call, HttpServletRequest request) {
        RotationRequests.Wanted body = bodies.read(request, RotationRequests.Wanted.class);
        RotationPolicy created = policies.create(call.located(), body.draft(), call.entry());
        call.about(created.text());
        return tagged(Answer.json(201, call.changed(), json -> RotationJson.policy(json, created)), created);
    }

    @GetMapping("/v1/rotation/policies/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.ROTATION_POLICY_READ, category = PathCategory.ROTATION)
    public Answer get(Call call, @PathVariable String id) {
        RotationPolicy policy = policies.get(call.tenant(), RotationRequests.about(call, id));
        return tagged(Answer.ok(call.recorded(), json -> RotationJson.policy(json, policy)), policy);
    }

    @PatchMapping("/v1/rotation/policies/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.ROTATION_POLICY_UPDATE, category = PathCategory.ROTATION)
    public Answer patch(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID known = RotationRequests.about(call, id);
        RotationRequests.Wanted body = bodies.readPatch(request, RotationRequests.Wanted.class);
        OptionalInt revision = EntityTags.ifMatch(request);
        RotationPolicy changed = policies.change(
                call.tenant(), known, body.draft(), revision.isPresent() ? revision.getAsInt() : null, call.entry());
        return tagged(Answer.ok(call.changed(), json -> RotationJson.policy(json, changed)), changed);
    }

    @DeleteMapping("/v1/rotation/policies/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.ROTATION_POLICY_DELETE, category = PathCategory.ROTATION)
    public Answer delete(Call call, @PathVariable String id) {
        policies.delete(call.tenant(), RotationRequests.about(call, id), call.entry());
        return Answer.noContent(call.changed());
    }

    @PostMapping("/v1/rotation/policies/{id}/enable")
    @Endpoint(scope = SCOPE, action = AuditAction.ROTATION_POLICY_ENABLE, category = PathCategory.ROTATION)
    public Answer enable(Call call, @PathVariable String id, HttpServletRequest request) {
        return switched(call, id, request, true);
    }

    @PostMapping("/v1/rotation/policies/{id}/disable")
    @Endpoint(scope = SCOPE, action = AuditAction.ROTATION_POLICY_DISABLE, category = PathCategory.ROTATION)
    public Answer disable(Call call, @PathVariable String id, HttpServletRequest request) {
        return switched(call, id, request, false);
    }

    private Answer switched(Call call, String id, HttpServletRequest request, boolean active) {
        UUID known = RotationRequests.about(call, id);
        QueryParameters.of(request);
        RotationPolicy changed = policies.enable(call.tenant(), known, active, call.entry());
        return tagged(Answer.ok(call.changed(), json -> RotationJson.policy(json, changed)), changed);
    }

    private static Answer tagged(Answer answer, RotationPolicy policy) {
        return answer.header("ETag", EntityTags.of(policy.revision()));
    }
}
