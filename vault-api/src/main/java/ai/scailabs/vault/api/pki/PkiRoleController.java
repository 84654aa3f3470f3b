package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.Answer;
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
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.role.RoleFields;
import ai.scailabs.vault.pki.role.RolePage;
import ai.scailabs.vault.pki.role.RoleService;
import ai.scailabs.vault.pki.role.StoredRole;
import jakarta.servlet.http.HttpServletRequest;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** Which certificates a tenant's authorities give, and to whom. */
@Controller
public class PkiRoleController {
    private static final String SCOPE = "pki:admin";

    private final RoleService roles;
    private final JsonBody bodies;
    private final Cursors cursors;

    public PkiRoleController(RoleService roles, JsonBody bodies, Cursors cursors) {
        this.roles = roles;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @GetMapping("/v1/pki/roles")
    @Endpoint(scope = SCOPE, action = AuditAction.PKI_ROLE_LIST, category = PathCategory.PKI_ADMIN)
    public Answer list(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(request, "ca_id", "limit", "cursor");
        String list = "pki-roles?" + parameters.filters();
        String after = cursors.decode(call, list, parameters.text("cursor"));
        RolePage page = roles.list(
                call.located(), call.tenant(), authority(parameters.text("ca_id")), parameters.limit(), after);
        String cursor = page.hasMore()
                ? cursors.encode(call, list, page.roles().getLast().name())
                : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("roles", page.roles(), RoleJson::write)
                        .text("cursor", cursor)
                        .flag("has_more", page.hasMore()));
    }

    private static @Nullable UUID authority(@Nullable String id) {
        return id == null
                ? null
                : CertificateAuthority.parseId(id)
                        .orElseThrow(() -> VaultException.invalidField("ca_id", "must be an id, ca_…"));
    }

    @PostMapping("/v1/pki/roles")
    @Idempotent
    @Endpoint(scope = SCOPE, action = AuditAction.PKI_ROLE_CREATE, category = PathCategory.PKI_ADMIN)
    public Answer create(Call call, HttpServletRequest request) {
        RoleFields body = bodies.read(request, RoleFields.class);
        if (body.name() != null && StoredRole.isName(body.name())) {
            call.about(StoredRole.virtualPath(body.name()).value());
        }
        StoredRole created = roles.create(call.located(), body, call.entry());
        return tagged(Answer.json(201, call.changed(), json -> RoleJson.write(json, created)), created);
    }

    @GetMapping("/v1/pki/roles/{name}")
    @Endpoint(scope = SCOPE, action = AuditAction.PKI_ROLE_READ, category = PathCategory.PKI_ADMIN)
    public Answer get(Call call, @PathVariable String name) {
        StoredRole role = roles.get(call.located(), call.tenant(), about(call, name));
        return tagged(Answer.ok(call.recorded(), json -> RoleJson.write(json, role)), role);
    }

    @PatchMapping("/v1/pki/roles/{name}")
    @Endpoint(scope = SCOPE, action = AuditAction.PKI_ROLE_UPDATE, category = PathCategory.PKI_ADMIN)
    public Answer patch(Call call, @PathVariable String name, HttpServletRequest request) {
        about(call, name);
        UnaryOperator<RoleFields> edit = bodies.readMergePatch(request, RoleFields.class);
        StoredRole patched = roles.patch(call.located(), name, edit, revision(request), call.entry());
        return tagged(Answer.ok(call.changed(), json -> RoleJson.write(json, patched)), patched);
    }

    @DeleteMapping("/v1/pki/roles/{name}")
    @Endpoint(scope = SCOPE, action = AuditAction.PKI_ROLE_DELETE, category = PathCategory.PKI_ADMIN)
    public Answer delete(Call call, @PathVariable String name, HttpServletRequest request) {
        about(call, name);
        roles.delete(call.located(), name, revision(request), call.entry());
        return Answer.noContent(call.changed());
    }

    /** What is no name of a role is not looked up, and not recorded. */
    static String about(Call call, String name) {
        if (!StoredRole.isName(name)) {
            throw new VaultException(ErrorCode.ROLE_NOT_FOUND, "There is no such role");
        }
        call.about(StoredRole.virtualPath(name).value());
        return name;
    }

    private static @Nullable Integer revision(HttpServletRequest request) {
        OptionalInt revision = EntityTags.ifMatch(request);
        return revision.isPresent() ? revision.getAsInt() : null;
    }

    private static Answer tagged(Answer answer, StoredRole role) {
        return answer.header("ETag", EntityTags.of(role.revision()));
    }
}
