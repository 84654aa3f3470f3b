package ai.scailabs.vault.api.auth;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.revocation.Revocation;
import ai.scailabs.vault.access.revocation.RevocationService;
import ai.scailabs.vault.access.token.TokenIntrospector;
import ai.scailabs.vault.access.token.TokenIntrospector.ActiveToken;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.IdentityType;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;

/** What an administrator may do with the tokens of others. Repeats none, in no answer and no entry. */
@Controller
public class TokenController {
    private final TokenIntrospector introspector;
    private final RevocationService revocations;
    private final JsonBody bodies;
    private final Clock clock;

    public TokenController(
            TokenIntrospector introspector, RevocationService revocations, JsonBody bodies, Clock clock) {
        this.introspector = introspector;
        this.revocations = revocations;
        this.bodies = bodies;
        this.clock = clock;
    }

    @PostMapping("/v1/auth/introspect")
    @Endpoint(scope = "admin", action = AuditAction.TOKEN_INTROSPECT, category = PathCategory.AUTH)
    public Answer introspect(Call call, HttpServletRequest request) {
        String token = bodies.read(request, TokenRequests.Introspection.class).token();
        if (token == null) {
            throw VaultException.invalidField("token", "is required");
        }
        Optional<ActiveToken> found =
                introspector.introspect(call.tenant(), call.actor().partner(), token);
        if (found.isEmpty()) {
            return Answer.ok(call.recorded(Map.of("active", false)), json -> json.flag("active", false));
        }
        Actor owner = found.get().actor();
        return Answer.ok(
                call.recorded(described(owner)),
                json -> AuthController.whoBehind(
                        json.flag("active", true)
                                .text("identity_id", owner.identity().value())
                                .text("identity_type", owner.identity().type().wireName())
                                .text("tenant_id", owner.tenant().value())
                                .texts(
                                        "scopes",
                                        owner.scopes().stream().sorted().toList())
                                .time("expires_at", owner.tokenExpiresAt())
                                .time("issued_at", found.get().issuedAt()),
                        owner.workload()));
    }

    private static Map<String, Object> described(Actor owner) {
        Map<String, Object> description = new HashMap<>();
        description.put("active", true);
        description.put("token_identity", owner.identity().value());
        if (owner.tokenId() != null) {
            description.put("jti", owner.tokenId());
        }
        return description;
    }

    /** The same answer whether there was anything to revoke or not: it is no way to try tokens. */
    @PostMapping("/v1/auth/revoke")
    @Endpoint(scope = "admin", action = AuditAction.TOKEN_REVOKE, category = PathCategory.AUTH)
    public Answer revoke(Call call, HttpServletRequest request) {
        TokenRequests.Revocation body = bodies.read(request, TokenRequests.Revocation.class);
        Optional<Revocation> revocation = revocation(call, body);
        if (revocation.isEmpty()) {
            return Answer.noContent(call.recorded(Map.of("revoked", "nothing")));
        }
        revocations.revoke(call.tenant(), revocation.get(), call.actor().identity(), call.entry());
        return Answer.noContent(call.changed());
    }

    private Optional<Revocation> revocation(Call call, TokenRequests.Revocation body) {
        long named = Stream.of(body.token() != null, body.jti() != null, body.identityId() != null)
                .filter(given -> given)
                .count();
        if (named != 1) {
            throw new VaultException(ErrorCode.INVALID_REQUEST, "Send one of token, jti and identity_id");
        }
        if (body.token() != null) {
            return introspector.revocationOf(call.tenant(), body.token());
        }
        return Optional.of(body.jti() != null ? ofTokenId(body.jti()) : ofIdentity(String.valueOf(body.identityId())));
    }

    private static Revocation ofTokenId(String jti) {
        if (!Revocation.OfTokenId.isTokenId(jti)) {
            throw VaultException.invalidField("jti", "must be 1 to 256 characters of printable ASCII without spaces");
        }
        return new Revocation.OfTokenId(jti, null);
    }

    private Revocation ofIdentity(String text) {
        @Nullable
        IdentityId identity = IdentityId.parse(text)
                .filter(parsed -> parsed.type() == IdentityType.USER || parsed.type() == IdentityType.SERVICE_ACCOUNT)
                .orElse(null);
        if (identity == null) {
            throw VaultException.invalidField("identity_id", "must be user:… or sa:…");
        }
        return new Revocation.OfIdentity(identity, clock.instant());
    }
}
