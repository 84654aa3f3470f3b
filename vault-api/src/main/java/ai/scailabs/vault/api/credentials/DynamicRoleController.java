package ai.scailabs.vault.api.credentials;

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
import ai.scailabs.vault.credentials.dynamic.DynamicNames;
import ai.scailabs.vault.credentials.dynamic.Role;
import ai.scailabs.vault.credentials.dynamic.RoleService;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.OptionalInt;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** What credentials of an engine may do. */
@Controller
public class DynamicRoleController {
    private static final String ROLES = EngineController.ENGINES + "/{engine}/roles";
    private static final String READ = "dynamic:read";
    private static final String MANAGE = "dynamic:manage";

    private final RoleService roles;
    private final JsonBody bodies;
    private final Cursors cursors;

    public DynamicRoleController(RoleService roles, JsonBody bodies, Cursors cursors) {
        this.roles = roles;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @GetMapping(ROLES)
    @Endpoint(scope = READ, action = AuditAction.DYNAMIC_ROLE_LIST, category = PathCategory.DYNAMIC_ADMIN)
    public Answer list(Call call, @PathVariable String engine, HttpServletRequest request) {
        EngineController.about(call, engine);
        QueryParameters parameters = QueryParameters.of(request, "limit", "cursor");
        String list = "dynamic-roles/" + engine;
        String after = cursors.decode(call, list, parameters.text("cursor"));
        int limit = parameters.limit();
        List<Role> found = roles.page(call.located(), call.tenant(), engine, limit, after == null ? "" : after);
        boolean more = found.size() > limit;
        List<Role> page = more ? found.subList(0, limit) : found;
        String cursor = more ? cursors.encode(call, list, page.getLast().name()) : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("roles", page, DynamicJson::role)
                        .text("cursor", cursor)
                        .flag("has_more", more));
    }

    @PostMapping(ROLES)
    @Idempotent
    @Endpoint(scope = MANAGE, action = AuditAction.DYNAMIC_ROLE_CREATE, category = PathCategory.DYNAMIC_ADMIN)
    public Answer create(Call call, @PathVariable String engine, HttpServletRequest request) {
        EngineController.about(call, engine);
        DynamicRequests.Role body = bodies.read(request, DynamicRequests.Role.class);
        Role created = roles.create(call.located(), engine, body.draft(), call.entry());
        return tagged(Answer.json(201, call.changed(), json -> DynamicJson.role(json, created)), created);
    }

    @GetMapping(ROLES + "/{role}")
    @Endpoint(scope = READ, action = AuditAction.DYNAMIC_ROLE_READ, category = PathCategory.DYNAMIC_ADMIN)
    public Answer get(Call call, @PathVariable String engine, @PathVariable String role) {
        about(call, engine, role);
        Role found = roles.get(call.located(), call.tenant(), engine, role);
        return tagged(Answer.ok(call.recorded(), json -> DynamicJson.role(json, found)), found);
    }

    @PatchMapping(ROLES + "/{role}")
    @Endpoint(scope = MANAGE, action = AuditAction.DYNAMIC_ROLE_UPDATE, category = PathCategory.DYNAMIC_ADMIN)
    public Answer patch(Call call, @PathVariable String engine, @PathVariable String role, HttpServletRequest request) {
        about(call, engine, role);
        DynamicRequests.Role body = bodies.readPatch(request, DynamicRequests.Role.class);
        OptionalInt revision = EntityTags.ifMatch(request);
        Role changed = roles.change(
                call.located(),
                engine,
                role,
                body.draft(),
                revision.isPresent() ? revision.getAsInt() : null,
                call.entry());
        return tagged(Answer.ok(call.changed(), json -> DynamicJson.role(json, changed)), changed);
    }

    @DeleteMapping(ROLES + "/{role}")
    @Endpoint(scope = MANAGE, action = AuditAction.DYNAMIC_ROLE_DELETE, category = PathCategory.DYNAMIC_ADMIN)
    public Answer delete(Call call, @PathVariable String engine, @PathVariable String role) {
        about(call, engine, role);
        roles.delete(call.located(), engine, role, call.entry());
        return Answer.noContent(call.changed());
    }

    /** What is no name is not recorded. */
    static void about(Call call, String engine, String role) {
        call.about(DynamicNames.ofRole(engine, role).value());
    }

    private static Answer tagged(Answer answer, Role role) {
        return answer.header("ETag", EntityTags.of(role.revision()));
    }
}
