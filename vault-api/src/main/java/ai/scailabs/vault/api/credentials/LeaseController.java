package ai.scailabs.vault.api.credentials;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.credentials.lease.GrantedLease;
import ai.scailabs.vault.credentials.lease.Lease;
import ai.scailabs.vault.credentials.lease.LeaseGrants;
import ai.scailabs.vault.credentials.lease.LeaseService;
import ai.scailabs.vault.credentials.lease.LeaseState;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** Credentials for who asks, and their leases. */
@Controller
public class LeaseController {
    private static final String LEASES = "/v1/dynamic/leases";
    private static final String READ = "dynamic:read";
    private static final String GENERATE = "dynamic:generate";
    private static final String MANAGE = "dynamic:manage";

    private final LeaseGrants grants;
    private final LeaseService leases;
    private final JsonBody bodies;
    private final Cursors cursors;

    public LeaseController(LeaseGrants grants, LeaseService leases, JsonBody bodies, Cursors cursors) {
        this.grants = grants;
        this.leases = leases;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @PostMapping(EngineController.ENGINES + "/{engine}/creds/{role}")
    @Idempotent(secretBehind = "dynamic/{engine}/{role}")
    @Endpoint(scope = GENERATE, action = AuditAction.DYNAMIC_GENERATE, category = PathCategory.DYNAMIC_GENERATE)
    public Answer grant(Call call, @PathVariable String engine, @PathVariable String role, HttpServletRequest request) {
        DynamicRoleController.about(call, engine, role);
        DynamicRequests.Grant sent = bodies.readOptional(request, DynamicRequests.Grant.class);
        DynamicRequests.Grant body = sent == null ? DynamicRequests.Grant.USUAL : sent;
        try (GrantedLease granted =
                grants.grant(call.located(), engine, role, body.ttl(), body.asked(), call.entry())) {
            return Answer.json(201, call.changed(), json -> DynamicJson.granted(json, granted));
        }
    }

    @GetMapping(LEASES)
    @Endpoint(scope = READ, action = AuditAction.LEASE_LIST, category = PathCategory.LEASES)
    public Answer list(Call call, HttpServletRequest request) {
        QueryParameters parameters =
                QueryParameters.of(request, "engine", "role", "identity", "state", "limit", "cursor");
        String list = "leases?" + parameters.filters();
        String before = cursors.decode(call, list, parameters.text("cursor"));
        int limit = parameters.limit();
        List<Lease> found = leases.page(
                call.located(),
                call.tenant(),
                parameters.text("engine"),
                parameters.text("role"),
                parameters.text("identity"),
                state(parameters.text("state")),
                limit,
                before == null
                        ? null
                        : Lease.parseId(before)
                                .orElseThrow(() ->
                                        new VaultException(ErrorCode.INVALID_CURSOR, "The cursor is of another list")));
        boolean more = found.size() > limit;
        List<Lease> page = more ? found.subList(0, limit) : found;
        String cursor = more ? cursors.encode(call, list, page.getLast().text()) : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("leases", page, DynamicJson::lease)
                        .text("cursor", cursor)
                        .flag("has_more", more));
    }

    private static @Nullable LeaseState state(@Nullable String text) {
        return text == null
                ? null
                : LeaseState.parse(text)
                        .orElseThrow(
                                () -> VaultException.invalidField(
                                        "state",
                                        "must be pending, active, revoking, stuck, revoked, expired, rolled_back or abandoned"));
    }

    @GetMapping(LEASES + "/{id}")
    @Endpoint(scope = READ, orScope = GENERATE, action = AuditAction.LEASE_READ, category = PathCategory.LEASES)
    public Answer get(Call call, @PathVariable String id) {
        UUID known = DynamicRequests.lease(call, id);
        Lease lease = leases.get(call.located(), call.tenant(), known);
        return Answer.ok(call.recorded(), json -> DynamicJson.lease(json, lease));
    }

    @PostMapping(LEASES + "/{id}/renew")
    @Endpoint(scope = GENERATE, action = AuditAction.DYNAMIC_RENEW, category = PathCategory.LEASES)
    public Answer renew(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID known = DynamicRequests.lease(call, id);
        DynamicRequests.Renew body = bodies.readOptional(request, DynamicRequests.Renew.class);
        Lease renewed = leases.renew(call.located(), known, body == null ? null : body.increment(), call.entry());
        return Answer.ok(call.changed(), json -> DynamicJson.renewed(json, renewed));
    }

    @PostMapping(LEASES + "/{id}/revoke")
    @Endpoint(scope = GENERATE, orScope = MANAGE, action = AuditAction.DYNAMIC_REVOKE, category = PathCategory.LEASES)
    public Answer revoke(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID known = DynamicRequests.lease(call, id);
        DynamicRequests.Revoke body = bodies.readOptional(request, DynamicRequests.Revoke.class);
        Lease ended = body != null && body.isForced()
                ? leases.abandon(call.located(), known, body.comment(), call.entry())
                : leases.revoke(call.located(), known, call.entry());
        return Answer.ok(call.changed(), json -> DynamicJson.lease(json, ended));
    }
}
