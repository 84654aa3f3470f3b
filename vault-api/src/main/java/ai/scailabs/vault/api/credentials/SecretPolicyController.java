package ai.scailabs.vault.api.credentials;

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
import ai.scailabs.vault.credentials.recipe.SecretPolicy;
import ai.scailabs.vault.credentials.recipe.SecretPolicyDraft;
import ai.scailabs.vault.credentials.recipe.SecretPolicyService;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import tools.jackson.databind.JsonNode;

/** Recipes by which values are made here. */
@Controller
public class SecretPolicyController {
    private static final String SCOPE = "admin";

    private final SecretPolicyService policies;
    private final JsonBody bodies;
    private final Cursors cursors;

    public SecretPolicyController(SecretPolicyService policies, JsonBody bodies, Cursors cursors) {
        this.policies = policies;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @GetMapping("/v1/secret-policies")
    @Endpoint(scope = SCOPE, action = AuditAction.SECRET_POLICY_LIST, category = PathCategory.ROTATION)
    public Answer list(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(request, "limit", "cursor");
        String list = "secret-policies?" + parameters.filters();
        String after = cursors.decode(call, list, parameters.text("cursor"));
        int limit = parameters.limit();
        List<SecretPolicy> found = policies.page(call.tenant(), limit, after == null ? null : position(after));
        boolean more = found.size() > limit;
        List<SecretPolicy> page = more ? found.subList(0, limit) : found;
        String cursor = more ? cursors.encode(call, list, page.getLast().text()) : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("secret_policies", page, SecretPolicyController::write)
                        .text("cursor", cursor)
                        .flag("has_more", more));
    }

    private static UUID position(String id) {
        return SecretPolicy.parseId(id)
                .orElseThrow(() -> new VaultException(ErrorCode.INVALID_CURSOR, "The cursor names no secret policy"));
    }

    @PostMapping("/v1/secret-policies")
    @Idempotent
    @Endpoint(scope = SCOPE, action = AuditAction.SECRET_POLICY_CREATE, category = PathCategory.ROTATION)
    public Answer create(Call call, HttpServletRequest request) {
        Wanted body = bodies.read(request, Wanted.class);
        SecretPolicy created = policies.create(call.located(), body.draft(), call.entry());
        call.about(created.text());
        return tagged(Answer.json(201, call.changed(), json -> write(json, created)), created);
    }

    @GetMapping("/v1/secret-policies/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.SECRET_POLICY_READ, category = PathCategory.ROTATION)
    public Answer get(Call call, @PathVariable String id) {
        SecretPolicy policy = policies.get(call.tenant(), about(call, id));
        return tagged(Answer.ok(call.recorded(), json -> write(json, policy)), policy);
    }

    @PatchMapping("/v1/secret-policies/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.SECRET_POLICY_UPDATE, category = PathCategory.ROTATION)
    public Answer patch(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID known = about(call, id);
        Wanted body = bodies.readPatch(request, Wanted.class);
        OptionalInt revision = EntityTags.ifMatch(request);
        SecretPolicy changed = policies.change(
                call.tenant(), known, body.draft(), revision.isPresent() ? revision.getAsInt() : null, call.entry());
        return tagged(Answer.ok(call.changed(), json -> write(json, changed)), changed);
    }

    @DeleteMapping("/v1/secret-policies/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.SECRET_POLICY_DELETE, category = PathCategory.ROTATION)
    public Answer delete(Call call, @PathVariable String id) {
        policies.delete(call.tenant(), about(call, id), call.entry());
        return Answer.noContent(call.changed());
    }

    /** What it would make, which is kept nowhere. */
    @PostMapping("/v1/secret-policies/{id}/preview")
    @Endpoint(scope = SCOPE, action = AuditAction.SECRET_POLICY_PREVIEW, category = PathCategory.ROTATION)
    public Answer preview(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID known = about(call, id);
        QueryParameters.of(request);
        SecretPolicy policy = policies.get(call.tenant(), known);
        try (SensitiveBytes sample = policies.sample(policy)) {
            return Answer.ok(call.recorded(), json -> {
                json.secret("values", sample);
                writeEntropy(json, policy);
            });
        }
    }

    /** What is no id of ours is not looked up, and not recorded. */
    private static UUID about(Call call, String id) {
        UUID known = SecretPolicy.parseId(id).orElseThrow(SecretPolicyService::notFound);
        call.about(id);
        return known;
    }

    private static Answer tagged(Answer answer, SecretPolicy policy) {
        return answer.header("ETag", EntityTags.of(policy.revision()));
    }

    private static void write(JsonWriter json, SecretPolicy policy) {
        json.text("id", policy.text())
                .text("name", policy.name())
                .text("description", policy.description())
                .text("policy_type", policy.type().wireName())
                .json("fields", policy.recipe().toJson().toString());
        writeEntropy(json, policy);
        json.flag("is_active", policy.active())
                .number("revision", policy.revision())
                .time("created_at", policy.createdAt())
                .text("created_by", policy.createdBy())
                .time("updated_at", policy.updatedAt());
    }

    private static void writeEntropy(JsonWriter json, SecretPolicy policy) {
        json.object(
                "entropy_bits",
                bits -> policy.recipe().entropy().forEach((output, entropy) -> bits.value(output, rounded(entropy))));
    }

    private static double rounded(double bits) {
        return Math.floor(bits * 10) / 10;
    }

    record Wanted(
            @Nullable String name,
            @Nullable String description,
            @Nullable String policyType,
            @Nullable JsonNode fields,
            @Nullable Boolean isActive) {
        SecretPolicyDraft draft() {
            return new SecretPolicyDraft(name, description, policyType, fields, isActive);
        }
    }
}
