package ai.scailabs.vault.api.auth;

import ai.scailabs.vault.access.exchange.TokenExchange;
import ai.scailabs.vault.access.trust.Trust;
import ai.scailabs.vault.access.trust.TrustDraft;
import ai.scailabs.vault.access.trust.TrustPage;
import ai.scailabs.vault.access.trust.TrustService;
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
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;

/** Which foreign workloads a tenant trusts. */
@Controller
public class TrustController {
    private final TrustService trusts;
    private final JsonBody bodies;
    private final Cursors cursors;

    public TrustController(TrustService trusts, JsonBody bodies, Cursors cursors) {
        this.trusts = trusts;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @GetMapping("/v1/auth/trusts")
    @Endpoint(scope = "admin", action = AuditAction.TRUST_LIST, category = PathCategory.AUTH)
    public Answer list(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(request, "limit", "cursor");
        String list = "trusts?" + parameters.filters();
        TrustPage page =
                trusts.list(call.tenant(), parameters.limit(), cursors.decode(call, list, parameters.text("cursor")));
        String cursor = page.hasMore()
                ? cursors.encode(call, list, page.trusts().getLast().id())
                : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("trusts", page.trusts(), (each, trust) -> write(each, call, trust))
                        .text("cursor", cursor)
                        .flag("has_more", page.hasMore()));
    }

    @PostMapping("/v1/auth/trusts")
    @Idempotent
    @Endpoint(scope = "admin", action = AuditAction.TRUST_CREATE, category = PathCategory.AUTH)
    public Answer create(Call call, HttpServletRequest request) {
        TrustRequests.Trust body = bodies.read(request, TrustRequests.Trust.class);
        Trust created = trusts.create(body.draft(), call.actor().identity(), call.entry());
        call.about(created.id());
        return tagged(Answer.json(201, call.changed(), json -> write(json, call, created)), created);
    }

    @GetMapping("/v1/auth/trusts/{id}")
    @Endpoint(scope = "admin", action = AuditAction.TRUST_READ, category = PathCategory.AUTH)
    public Answer get(Call call, @PathVariable String id) {
        about(call, id);
        Trust trust = trusts.get(call.tenant(), id);
        return tagged(Answer.ok(call.recorded(), json -> write(json, call, trust)), trust);
    }

    @PutMapping("/v1/auth/trusts/{id}")
    @Endpoint(scope = "admin", action = AuditAction.TRUST_UPDATE, category = PathCategory.AUTH)
    public Answer replace(Call call, @PathVariable String id, HttpServletRequest request) {
        about(call, id);
        TrustRequests.Trust body = bodies.read(request, TrustRequests.Trust.class);
        Trust replaced =
                trusts.replace(id, body.draft(), revision(request), call.actor().identity(), call.entry());
        return tagged(Answer.ok(call.changed(), json -> write(json, call, replaced)), replaced);
    }

    @PatchMapping("/v1/auth/trusts/{id}")
    @Endpoint(scope = "admin", action = AuditAction.TRUST_UPDATE, category = PathCategory.AUTH)
    public Answer patch(Call call, @PathVariable String id, HttpServletRequest request) {
        about(call, id);
        TrustRequests.Patch body = bodies.readPatch(request, TrustRequests.Patch.class);
        Trust patched =
                trusts.patch(id, body::applied, revision(request), call.actor().identity(), call.entry());
        return tagged(Answer.ok(call.changed(), json -> write(json, call, patched)), patched);
    }

    @DeleteMapping("/v1/auth/trusts/{id}")
    @Endpoint(scope = "admin", action = AuditAction.TRUST_DELETE, category = PathCategory.AUTH)
    public Answer delete(Call call, @PathVariable String id, HttpServletRequest request) {
        about(call, id);
        trusts.delete(id, revision(request), call.actor().identity(), call.entry());
        return Answer.noContent(call.changed());
    }

    /** What is no id of ours is not looked up, and not recorded. */
    private static void about(Call call, String id) {
        if (!TrustService.isId(id)) {
            throw new VaultException(ErrorCode.TRUST_NOT_FOUND, "There is no such trust");
        }
        call.about(id);
    }

    private static @Nullable Integer revision(HttpServletRequest request) {
        OptionalInt revision = EntityTags.ifMatch(request);
        return revision.isPresent() ? revision.getAsInt() : null;
    }

    private static Answer tagged(Answer answer, Trust trust) {
        return answer.header("ETag", EntityTags.of(trust.revision()));
    }

    private static void write(JsonWriter json, Call call, Trust trust) {
        TrustDraft draft = TrustService.draft(trust);
        json.text("id", trust.id())
                .text("role", TokenExchange.roleOf(call.tenant(), trust))
                .text("name", trust.name())
                .text("description", trust.description())
                .text("kind", draft.kind())
                .text("audience", draft.audience());
        if (draft.issuer() != null) {
            json.text("issuer", draft.issuer()).text("jwks_url", draft.jwksUrl());
        }
        List<TrustDraft.Condition> conditions = draft.conditions();
        if (conditions != null) {
            json.objects("conditions", conditions, TrustController::writeCondition);
        }
        if (draft.arns() != null) {
            json.value("arns", draft.arns()).value("regions", draft.regions());
        }
        json.text("identity_id", draft.identityId())
                .value("scopes", draft.scopes())
                .value("path_patterns", draft.pathPatterns())
                .text("ttl", draft.ttl())
                .flag("is_active", trust.active())
                .number("revision", trust.revision())
                .time("created_at", trust.createdAt())
                .text("created_by", trust.createdBy())
                .time("updated_at", trust.updatedAt());
    }

    private static void writeCondition(JsonWriter json, TrustDraft.Condition condition) {
        json.text("claim", condition.claim());
        if (condition.equal() != null) {
            json.value("equals", condition.equal());
        } else {
            json.text("matches", condition.matches());
        }
    }
}
