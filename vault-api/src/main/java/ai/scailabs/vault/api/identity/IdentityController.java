package ai.scailabs.vault.api.identity;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.ColonsInPath;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.api.request.TenantSelection;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.identity.directory.GroupEntry;
import ai.scailabs.vault.identity.directory.IdentityDirectory;
import ai.scailabs.vault.identity.directory.IdentityStatus;
import ai.scailabs.vault.identity.directory.ListPage;
import ai.scailabs.vault.identity.directory.MemberEntry;
import ai.scailabs.vault.identity.directory.PageRequest;
import ai.scailabs.vault.identity.directory.PartnerEntry;
import ai.scailabs.vault.identity.directory.TenantEntry;
import ai.scailabs.vault.identity.directory.UserEntry;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityType;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** Who there is, as ScaiKey has told: of the tenant that is acted on, and for an administrator of the partner of all its tenants. */
@Controller
public class IdentityController {
    private static final String SCOPE = "identity:read";

    private final IdentityDirectory directory;
    private final TenantSelection selection;

    public IdentityController(IdentityDirectory directory, TenantSelection selection) {
        this.directory = directory;
        this.selection = selection;
    }

    @GetMapping("/v1/identity/partners")
    @Endpoint(scope = SCOPE, action = AuditAction.IDENTITY_LIST, category = PathCategory.IDENTITY_READ)
    public Answer partners(Call call, HttpServletRequest request) {
        QueryParameters query = QueryParameters.of(request, "status", "page", "page_size");
        ListPage<PartnerEntry> page = directory.partners(call.actor().partner(), status(query), query.page());
        return Answer.ok(
                call.recorded(),
                json -> json.objects("partners", page.items(), IdentityJson::partner)
                        .number("total", page.total()));
    }

    @GetMapping("/v1/identity/tenants")
    @Endpoint(scope = SCOPE, action = AuditAction.IDENTITY_LIST, category = PathCategory.IDENTITY_READ)
    public Answer tenants(Call call, HttpServletRequest request) {
        QueryParameters query = QueryParameters.of(request, "partner_id", "status", "page", "page_size");
        String status = status(query);
        PageRequest wanted = query.page();
        PartnerId own = call.actor().partner();
        TenantId only = call.caller().hasRole(Actor.PARTNER_ADMIN) ? null : call.tenant();
        boolean foreign = !own.equals(partner(query, own));
        ListPage<TenantEntry> page =
                foreign ? new ListPage<>(List.of(), 0) : directory.tenants(own, only, status, wanted);
        return Answer.ok(
                call.recorded(),
                json -> json.objects("tenants", page.items(), IdentityJson::tenant)
                        .number("total", page.total()));
    }

    @GetMapping("/v1/identity/tenants/{tenantId}/users")
    @Endpoint(scope = SCOPE, action = AuditAction.IDENTITY_LIST, category = PathCategory.IDENTITY_READ)
    public Answer users(Call call, HttpServletRequest request, @PathVariable String tenantId) {
        QueryParameters query = QueryParameters.of(request, "status", "q", "page", "page_size");
        selection.visit(call, tenantId);
        ListPage<UserEntry> page = directory.users(call.tenant(), status(query), query.text("q"), query.page());
        return Answer.ok(
                call.recorded(),
                json -> json.objects("users", page.items(), IdentityJson::user).number("total", page.total()));
    }

    @GetMapping("/v1/identity/tenants/{tenantId}/groups")
    @Endpoint(scope = SCOPE, action = AuditAction.IDENTITY_LIST, category = PathCategory.IDENTITY_READ)
    public Answer groups(Call call, HttpServletRequest request, @PathVariable String tenantId) {
        QueryParameters query = QueryParameters.of(request, "status", "page", "page_size");
        selection.visit(call, tenantId);
        ListPage<GroupEntry> page = directory.groups(call.tenant(), status(query), query.page());
        return Answer.ok(
                call.recorded(),
                json -> json.objects("groups", page.items(), IdentityJson::group)
                        .number("total", page.total()));
    }

    @GetMapping("/v1/identity/groups/{groupId}/members")
    @Endpoint(scope = SCOPE, action = AuditAction.IDENTITY_LIST, category = PathCategory.IDENTITY_READ)
    public Answer members(Call call, HttpServletRequest request, @PathVariable String groupId) {
        QueryParameters query = QueryParameters.of(request, "page", "page_size");
        ListPage<MemberEntry> page = directory.members(call.tenant(), groupId, query.page());
        call.about(groupId);
        return Answer.ok(
                call.recorded(),
                json -> json.objects("members", page.items(), IdentityJson::member)
                        .number("total", page.total()));
    }

    /** Service accounts are ScaiKey's clients, of which it does not tell. */
    @GetMapping("/v1/identity/resolve/{identityType}/{identityId}")
    @ColonsInPath
    @Endpoint(scope = SCOPE, action = AuditAction.IDENTITY_READ, category = PathCategory.IDENTITY_READ)
    public Answer resolve(
            Call call, HttpServletRequest request, @PathVariable String identityType, @PathVariable String identityId) {
        QueryParameters.of(request);
        IdentityType type = IdentityType.parse(identityType).orElseThrow(IdentityDirectory::notFound);
        return switch (type) {
            case USER -> {
                UserEntry user = directory.user(call.tenant(), identityId).orElseThrow(IdentityDirectory::notFound);
                call.about(user.id());
                yield Answer.ok(call.recorded(), json -> IdentityJson.resolved(json, user));
            }
            case GROUP -> {
                GroupEntry group = directory.group(call.tenant(), identityId).orElseThrow(IdentityDirectory::notFound);
                call.about(group.id());
                yield Answer.ok(call.recorded(), json -> IdentityJson.resolved(json, group));
            }
            case SERVICE_ACCOUNT, SYSTEM -> throw IdentityDirectory.notFound();
        };
    }

    private static PartnerId partner(QueryParameters query, PartnerId own) {
        String asked = query.text("partner_id");
        return asked == null
                ? own
                : PartnerId.parse(asked)
                        .orElseThrow(() -> VaultException.invalidField("partner_id", "is no partner's id"));
    }

    private static @Nullable String status(QueryParameters query) {
        String asked = query.text("status");
        if (asked != null && IdentityStatus.parse(asked).isEmpty()) {
            throw VaultException.invalidField("status", "is written in capitals, such as ACTIVE");
        }
        return asked;
    }
}
