package ai.scailabs.vault.api.auth;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Workload;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.path.PathGlob;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** Whom the caller's own token stands for. */
@Controller
public class AuthController {
    @GetMapping("/v1/auth/whoami")
    @Endpoint(action = AuditAction.WHOAMI, category = PathCategory.AUTH)
    public Answer whoami(Call call) {
        Actor actor = call.caller();
        return Answer.ok(
                call.recorded(),
                json -> whoBehind(
                        json.text("identity_id", actor.identity().value())
                                .text("identity_type", actor.identity().type().wireName())
                                .text("display_name", actor.displayName())
                                .text("tenant_id", actor.tenant().value())
                                .text("partner_id", actor.partner().value())
                                .texts(
                                        "scopes",
                                        actor.scopes().stream().sorted().toList())
                                .texts(
                                        "groups",
                                        actor.groups().stream()
                                                .map(IdentityId::value)
                                                .sorted()
                                                .toList())
                                .texts("roles", actor.roles().stream().sorted().toList())
                                .time("mfa_verified_at", actor.mfaVerifiedAt())
                                .time("token_expires_at", actor.tokenExpiresAt()),
                        actor.workload()));
    }

    /** Of a token that was exchanged (RFC 8693 §4.1), and how far it reaches. */
    static void whoBehind(JsonWriter json, @Nullable Workload workload) {
        if (workload == null) {
            return;
        }
        json.object("act", act -> act.text("iss", workload.issuer()).text("sub", workload.subject()))
                .text("trust_id", workload.trustId());
        if (!workload.paths().isEmpty()) {
            json.texts(
                    "path_patterns",
                    workload.paths().stream().map(PathGlob::pattern).toList());
        }
    }
}
