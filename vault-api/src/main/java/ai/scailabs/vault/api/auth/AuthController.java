package ai.scailabs.vault.api.auth;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.id.IdentityId;
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
                json -> json.text("identity_id", actor.identity().value())
                        .text("identity_type", actor.identity().type().wireName())
                        .text("display_name", actor.displayName())
                        .text("tenant_id", actor.tenant().value())
                        .text("partner_id", actor.partner().value())
                        .texts("scopes", actor.scopes().stream().sorted().toList())
                        .texts(
                                "groups",
                                actor.groups().stream()
                                        .map(IdentityId::value)
                                        .sorted()
                                        .toList())
                        .texts("roles", actor.roles().stream().sorted().toList())
                        .time("mfa_verified_at", actor.mfaVerifiedAt())
                        .time("token_expires_at", actor.tokenExpiresAt()));
    }
}
