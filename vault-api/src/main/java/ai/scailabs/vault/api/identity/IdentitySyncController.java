package ai.scailabs.vault.api.identity;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.api.request.TenantSelection;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.identity.directory.IdentityDirectory;
import ai.scailabs.vault.identity.directory.ListPage;
import ai.scailabs.vault.identity.sync.SyncRun;
import ai.scailabs.vault.identity.sync.SyncService;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;

/** Comparisons of the mirror with ScaiKey. */
@Controller
public class IdentitySyncController {
    private final SyncService syncs;
    private final TenantSelection selection;

    public IdentitySyncController(SyncService syncs, TenantSelection selection) {
        this.syncs = syncs;
        this.selection = selection;
    }

    @PostMapping("/v1/identity/sync")
    @Idempotent
    @Endpoint(scope = "identity:admin", action = AuditAction.IDENTITY_SYNC, category = PathCategory.IDENTITY_SYNC)
    public Answer start(Call call, HttpServletRequest request) {
        TenantId space = space(call, QueryParameters.of(request, "partner_id", "tenant_id"));
        SyncRun run = syncs.request(space, call.actor().identity(), call.entry());
        call.about(run.id());
        return Answer.json(
                202,
                call.changed(),
                json -> json.text("sync_id", run.id())
                        .text("status", run.status().name())
                        .time("started_at", run.startedAt()));
    }

    @GetMapping("/v1/identity/sync/history")
    @Endpoint(scope = "identity:read", action = AuditAction.IDENTITY_LIST, category = PathCategory.IDENTITY_READ)
    public Answer history(Call call, HttpServletRequest request) {
        QueryParameters query = QueryParameters.of(request, "partner_id", "tenant_id", "page", "page_size");
        ListPage<SyncRun> page = syncs.history(space(call, query), query.page());
        return Answer.ok(
                call.recorded(),
                json -> json.objects("syncs", page.items(), IdentityJson::run).number("total", page.total()));
    }

    /**
     * What the comparison is of: the tenant that is named, else the partner that is named, else all that the caller may see.
     *
     * @throws VaultException {@code forbidden} for the partner as a whole without its administrator's role; {@code identity_not_found} for another partner
     */
    private TenantId space(Call call, QueryParameters query) {
        String tenant = query.text("tenant_id");
        String partner = query.text("partner_id");
        boolean administrator = call.caller().hasRole(Actor.PARTNER_ADMIN);
        if (partner != null && !administrator) {
            throw new VaultException(
                    ErrorCode.FORBIDDEN,
                    "A partner as a whole is its administrators'",
                    Map.of("required_role", Actor.PARTNER_ADMIN));
        }
        if (partner != null && !partner.equals(call.actor().partner().value())) {
            throw IdentityDirectory.notFound();
        }
        if (tenant != null) {
            selection.visit(call, tenant);
            return call.tenant();
        }
        if (!administrator || call.isAbroad()) {
            return call.tenant();
        }
        TenantId shared = TenantId.sharedBy(call.actor().partner());
        call.inShared(shared);
        return shared;
    }
}
