package ai.scailabs.vault.api.keys;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.tenancy.erasure.Erasure;
import ai.scailabs.vault.tenancy.erasure.ErasureService;
import ai.scailabs.vault.tenancy.tenant.TenantRegistry;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** The end of keys: for administrators of the partner, and of other partners for a super_admin. All of it lies in the space that the caller's partner shares. */
@Controller
public class ErasureController {
    private static final String SCOPE = "keys:admin";
    private static final String ERASURES = "key-erasures";

    private final ErasureService erasures;
    private final JsonBody bodies;
    private final Cursors cursors;

    public ErasureController(ErasureService erasures, JsonBody bodies, Cursors cursors) {
        this.erasures = erasures;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @PostMapping("/v1/keys/erasures")
    @Idempotent
    @Endpoint(scope = SCOPE, action = AuditAction.ERASURE_REQUEST, category = PathCategory.KEYS)
    public Answer request(Call call, HttpServletRequest request) {
        PartnerId partner = admitted(call);
        Wanted wanted = bodies.read(request, Wanted.class);
        if ((wanted.tenantId() == null) == (wanted.partnerId() == null)) {
            throw VaultException.invalidField("tenant_id", "or else partner_id must say whose keys end");
        }
        Erasure erasure = wanted.partnerId() == null
                ? forTenant(call, partner, String.valueOf(wanted.tenantId()))
                : forPartner(call, partner, wanted.partnerId());
        call.about(erasure.id());
        return Answer.json(202, call.changed(), json -> write(json, erasure));
    }

    private Erasure forTenant(Call call, PartnerId partner, String id) {
        TenantId tenant = TenantId.parse(id).orElseThrow(TenantRegistry::notFound);
        return erasures.requestForTenant(partner, tenant, call.caller().identity(), call.entry());
    }

    private Erasure forPartner(Call call, PartnerId partner, String id) {
        if (!call.caller().hasRole(Actor.SUPER_ADMIN)) {
            throw forbidden("The keys of a partner are for holders of the role super_admin", Actor.SUPER_ADMIN);
        }
        PartnerId ending = PartnerId.parse(id)
                .orElseThrow(() -> new VaultException(ErrorCode.NOT_FOUND, "There is no such partner"));
        return erasures.requestForPartner(partner, ending, call.caller().identity(), call.entry());
    }

    @PostMapping("/v1/keys/erasures/{id}/confirm")
    @Idempotent
    @Endpoint(scope = SCOPE, action = AuditAction.ERASURE_CONFIRM, category = PathCategory.KEYS)
    public Answer confirm(Call call, HttpServletRequest request, @PathVariable String id) {
        PartnerId partner = admitted(call);
        Erasure seen = named(call, partner, id);
        String repeated = bodies.read(request, Confirmation.class).confirm();
        if (repeated == null) {
            throw VaultException.invalidField("confirm", "must be the id of whose keys end");
        }
        Erasure erasure =
                erasures.confirm(partner, seen.id(), repeated, call.caller().identity(), call.entry());
        return Answer.json(202, call.changed(), json -> write(json, erasure));
    }

    @DeleteMapping("/v1/keys/erasures/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.ERASURE_CANCEL, category = PathCategory.KEYS)
    public Answer cancel(Call call, @PathVariable String id) {
        PartnerId partner = admitted(call);
        Erasure seen = named(call, partner, id);
        Erasure erasure = erasures.cancel(partner, seen.id(), call.caller().identity(), call.entry());
        return Answer.ok(call.changed(), json -> write(json, erasure));
    }

    @GetMapping("/v1/keys/erasures/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.ERASURE_READ, category = PathCategory.KEYS)
    public Answer read(Call call, @PathVariable String id) {
        Erasure erasure = named(call, admitted(call), id);
        return Answer.ok(call.recorded(), json -> {
            write(json, erasure);
            if (erasure.report() == null) {
                json.value("report", null);
            } else {
                json.json("report", erasure.report());
            }
        });
    }

    @GetMapping("/v1/keys/erasures")
    @Endpoint(scope = SCOPE, action = AuditAction.ERASURE_LIST, category = PathCategory.KEYS)
    public Answer list(Call call, HttpServletRequest request) {
        PartnerId partner = admitted(call);
        QueryParameters query = QueryParameters.of(request, "limit", "cursor");
        int limit = query.limit();
        List<Erasure> found = erasures.list(partner, limit, cursors.decode(call, ERASURES, query.text("cursor")));
        boolean more = found.size() > limit;
        List<Erasure> page = more ? found.subList(0, limit) : found;
        String cursor = more ? cursors.encode(call, ERASURES, page.getLast().id()) : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("erasures", page, ErasureController::write)
                        .text("cursor", cursor)
                        .flag("has_more", more));
    }

    private Erasure named(Call call, PartnerId partner, String id) {
        Erasure erasure = erasures.find(partner, id);
        call.about(erasure.id());
        return erasure;
    }

    /** Tells in whose space the erasure lies. */
    private static PartnerId admitted(Call call) {
        Actor caller = call.caller();
        if (!caller.hasRole(Actor.PARTNER_ADMIN) && !caller.hasRole(Actor.SUPER_ADMIN)) {
            throw forbidden("Keys are destroyed by a partner_admin or a super_admin", Actor.PARTNER_ADMIN);
        }
        call.inShared(TenantId.sharedBy(caller.partner()));
        return caller.partner();
    }

    private static VaultException forbidden(String message, String role) {
        return new VaultException(ErrorCode.FORBIDDEN, message, Map.of("required_role", role));
    }

    private static void write(JsonWriter json, Erasure erasure) {
        json.text("erasure_id", erasure.id())
                .text("level", erasure.level().wireName())
                .text("subject", erasure.subject())
                .text("status", erasure.status().wireName())
                .text("requested_by", erasure.requestedBy())
                .time("requested_at", erasure.requestedAt())
                .time("due_at", erasure.dueAt())
                .time("expires_at", erasure.expiresAt())
                .text("confirmed_by", erasure.confirmedBy())
                .time("confirmed_at", erasure.confirmedAt())
                .text("cancelled_by", erasure.cancelledBy())
                .time("finished_at", erasure.finishedAt());
    }

    record Wanted(@Nullable String tenantId, @Nullable String partnerId) {}

    record Confirmation(@Nullable String confirm) {}
}
