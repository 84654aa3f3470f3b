package ai.scailabs.vault.api.policies;

import ai.scailabs.vault.access.policy.ConditionsForm;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.access.policy.Policy;
import ai.scailabs.vault.access.policy.PolicyBinding;
import ai.scailabs.vault.access.policy.PolicyDetails;
import ai.scailabs.vault.access.policy.PolicyPage;
import ai.scailabs.vault.access.policy.PolicyRule;
import ai.scailabs.vault.access.policy.PolicyService;
import ai.scailabs.vault.access.policy.PolicySummary;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.EntityTags;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import jakarta.servlet.http.HttpServletRequest;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;

/** Policies and their bindings. */
@Controller
public class PolicyController {
    private static final Pattern POLICY_ID = Pattern.compile("pol_[0-9A-HJKMNP-TV-Z]{26}");
    private static final Pattern BINDING_ID = Pattern.compile("pb_[0-9A-HJKMNP-TV-Z]{26}");

    private final PolicyService policies;
    private final JsonBody bodies;
    private final Cursors cursors;

    public PolicyController(PolicyService policies, JsonBody bodies, Cursors cursors) {
        this.policies = policies;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @GetMapping("/v1/policies")
    @Endpoint(scope = "policies:read", action = AuditAction.POLICY_LIST, category = PathCategory.POLICIES)
    public Answer list(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(request, "scope", "include_inactive", "limit", "cursor");
        String list = "policies?" + parameters.filters();
        PolicyPage page = policies.list(
                call.actor(),
                parameters.text("scope"),
                parameters.isTrue("include_inactive"),
                parameters.limit(),
                cursors.decode(call, list, parameters.text("cursor")));
        String cursor = page.hasMore()
                ? cursors.encode(call, list, page.policies().getLast().id())
                : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("policies", page.policies(), PolicyController::writeSummary)
                        .text("cursor", cursor)
                        .flag("has_more", page.hasMore()));
    }

    @PostMapping("/v1/policies")
    @Idempotent
    @Endpoint(scope = "policies:write", action = AuditAction.POLICY_CREATE, category = PathCategory.POLICIES)
    public Answer create(Call call, HttpServletRequest request) {
        PolicyRequests.Policy body = bodies.read(request, PolicyRequests.Policy.class);
        in(call, policies.spaceOf(call.actor(), body.scope()));
        Policy created = policies.create(call.actor(), body.draft(), call.entry());
        call.about(created.id());
        return tagged(Answer.json(201, call.changed(), json -> write(json, created)), created);
    }

    @GetMapping("/v1/policies/{id}")
    @Endpoint(scope = "policies:read", action = AuditAction.POLICY_READ, category = PathCategory.POLICIES)
    public Answer get(Call call, @PathVariable String id) {
        TenantId space = spaceOf(call, id);
        PolicyDetails details = policies.get(space, id);
        Answer answer = Answer.ok(call.recorded(), json -> {
            write(json, details.policy());
            json.objects("bindings", details.bindings(), PolicyController::writeBinding);
        });
        return tagged(answer, details.policy());
    }

    @PutMapping("/v1/policies/{id}")
    @Endpoint(scope = "policies:write", action = AuditAction.POLICY_UPDATE, category = PathCategory.POLICIES)
    public Answer replace(Call call, @PathVariable String id, HttpServletRequest request) {
        spaceOf(call, id);
        PolicyRequests.Policy body = bodies.read(request, PolicyRequests.Policy.class);
        Policy replaced = policies.replace(call.actor(), id, body.draft(), revision(request), call.entry());
        return tagged(Answer.ok(call.changed(), json -> write(json, replaced)), replaced);
    }

    @PatchMapping("/v1/policies/{id}")
    @Endpoint(scope = "policies:write", action = AuditAction.POLICY_UPDATE, category = PathCategory.POLICIES)
    public Answer patch(Call call, @PathVariable String id, HttpServletRequest request) {
        spaceOf(call, id);
        PolicyRequests.Patch body = bodies.readPatch(request, PolicyRequests.Patch.class);
        Policy patched = policies.patch(call.actor(), id, body.patch(), revision(request), call.entry());
        return tagged(Answer.ok(call.changed(), json -> write(json, patched)), patched);
    }

    @DeleteMapping("/v1/policies/{id}")
    @Endpoint(scope = "policies:write", action = AuditAction.POLICY_DELETE, category = PathCategory.POLICIES)
    public Answer delete(Call call, @PathVariable String id, HttpServletRequest request) {
        spaceOf(call, id);
        boolean force = QueryParameters.of(request, "force").isTrue("force");
        policies.delete(call.actor(), id, force, revision(request), call.entry());
        return Answer.noContent(call.changed());
    }

    @GetMapping("/v1/policies/{id}/bindings")
    @Endpoint(scope = "policies:read", action = AuditAction.POLICY_READ, category = PathCategory.POLICIES)
    public Answer bindings(Call call, @PathVariable String id) {
        TenantId space = spaceOf(call, id);
        PolicyDetails details = policies.get(space, id);
        return Answer.ok(
                call.recorded(),
                json -> json.objects("bindings", details.bindings(), PolicyController::writeBinding)
                        .text("cursor", null)
                        .flag("has_more", false));
    }

    @PostMapping("/v1/policies/{id}/bindings")
    @Idempotent
    @Endpoint(scope = "policies:write", action = AuditAction.POLICY_BIND, category = PathCategory.POLICIES)
    public Answer bind(Call call, @PathVariable String id, HttpServletRequest request) {
        spaceOf(call, id);
        PolicyRequests.Binding body = bodies.read(request, PolicyRequests.Binding.class);
        PolicyBinding binding = policies.bind(call.actor(), id, body.draft(), call.entry());
        return Answer.json(201, call.changed(), json -> writeBinding(json, binding));
    }

    @DeleteMapping("/v1/policies/{id}/bindings/{bindingId}")
    @Endpoint(scope = "policies:write", action = AuditAction.POLICY_UNBIND, category = PathCategory.POLICIES)
    public Answer unbind(Call call, @PathVariable String id, @PathVariable String bindingId) {
        spaceOf(call, id);
        if (!BINDING_ID.matcher(bindingId).matches()) {
            throw new VaultException(ErrorCode.BINDING_NOT_FOUND, "The policy has no such binding");
        }
        policies.unbind(call.actor(), id, bindingId, call.entry());
        return Answer.noContent(call.changed());
    }

    /** Where the policy lies. What is no id of ours is not looked up, and not recorded. */
    private TenantId spaceOf(Call call, String id) {
        if (!POLICY_ID.matcher(id).matches()) {
            throw new VaultException(ErrorCode.POLICY_NOT_FOUND, "There is no such policy");
        }
        call.about(id);
        return in(call, policies.find(call.actor(), id));
    }

    /** What is done in the partner's space is recorded there, too. */
    private static TenantId in(Call call, TenantId space) {
        if (!space.equals(call.tenant())) {
            call.inShared(space);
        }
        return space;
    }

    private static @Nullable Integer revision(HttpServletRequest request) {
        OptionalInt revision = EntityTags.ifMatch(request);
        return revision.isPresent() ? revision.getAsInt() : null;
    }

    private static Answer tagged(Answer answer, Policy policy) {
        return answer.header("ETag", EntityTags.of(policy.revision()));
    }

    private static void write(JsonWriter json, Policy policy) {
        json.text("id", policy.id())
                .text("name", policy.name())
                .text("description", policy.description())
                .objects("rules", policy.rules(), PolicyController::writeRule)
                .text("scope", policy.scope())
                .flag("is_active", policy.active())
                .number("revision", policy.revision())
                .time("created_at", policy.createdAt())
                .text("created_by", policy.createdBy())
                .time("updated_at", policy.updatedAt());
    }

    private static void writeRule(JsonWriter json, PolicyRule rule) {
        json.text("path_pattern", rule.pathPattern().pattern())
                .texts(
                        "permissions",
                        rule.permissions().stream().map(Permission::wireName).toList());
        if (!rule.conditions().isNone()) {
            json.value("conditions", ConditionsForm.write(rule.conditions()));
        }
    }

    private static void writeSummary(JsonWriter json, PolicySummary policy) {
        json.text("id", policy.id())
                .text("name", policy.name())
                .text("scope", policy.scope())
                .number("rule_count", policy.ruleCount())
                .number("binding_count", policy.bindingCount())
                .flag("is_active", policy.active())
                .time("created_at", policy.createdAt())
                .time("updated_at", policy.updatedAt());
    }

    private static void writeBinding(JsonWriter json, PolicyBinding binding) {
        json.text("id", binding.id())
                .text("policy_id", binding.policyId())
                .text("identity_type", binding.identity().type().wireName())
                .text("identity_id", binding.identity().value())
                .time("expires_at", binding.expiresAt())
                .time("created_at", binding.createdAt())
                .text("created_by", binding.createdBy());
    }
}
