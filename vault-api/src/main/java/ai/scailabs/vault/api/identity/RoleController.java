package ai.scailabs.vault.api.identity;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.identity.directory.UserId;
import ai.scailabs.vault.identity.role.AdminRole;
import ai.scailabs.vault.identity.role.RoleService;
import ai.scailabs.vault.identity.role.UserRoles;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;

/** The roles of administrators, and who has them. */
@Controller
public class RoleController {
    private final RoleService roles;
    private final JsonBody bodies;

    public RoleController(RoleService roles, JsonBody bodies) {
        this.roles = roles;
        this.bodies = bodies;
    }

    @GetMapping("/v1/identity/roles")
    @Endpoint(action = AuditAction.ROLES_READ, category = PathCategory.IDENTITY_READ)
    public Answer assignable(Call call, HttpServletRequest request) {
        QueryParameters.of(request);
        return Answer.ok(
                call.recorded(),
                json -> json.objects(
                        "roles",
                        List.of(AdminRole.values()),
                        (item, role) -> item.text("name", role.wireName())
                                .text("description", role.description())
                                .texts("assignable_by", role.assignableBy())));
    }

    @GetMapping("/v1/identity/users/{userId}/roles")
    @Endpoint(scope = "identity:read", action = AuditAction.ROLES_READ, category = PathCategory.IDENTITY_READ)
    public Answer rolesOf(Call call, HttpServletRequest request, @PathVariable String userId) {
        QueryParameters.of(request);
        name(call, userId);
        UserRoles found = roles.get(call.tenant(), userId);
        return Answer.ok(call.recorded(), json -> write(json, found));
    }

    @PutMapping("/v1/identity/users/{userId}/roles")
    @Endpoint(scope = "identity:admin", action = AuditAction.ROLES_UPDATE, category = PathCategory.IDENTITY_READ)
    public Answer replace(Call call, HttpServletRequest request, @PathVariable String userId) {
        name(call, userId);
        Replacement body = bodies.read(request, Replacement.class);
        UserRoles changed = roles.replace(call.actor(), userId, body.roles(), call.entry());
        return Answer.ok(call.changed(), json -> write(json, changed));
    }

    /** So that a refusal is recorded with whom it was about. */
    private static void name(Call call, String userId) {
        if (UserId.parse(userId).isPresent()) {
            call.about(userId);
        }
    }

    private static void write(JsonWriter json, UserRoles found) {
        json.text("user_id", found.userId())
                .texts("roles", found.roles())
                .text("source", found.assignedAt() == null ? "scaikey" : "assigned")
                .time("assigned_at", found.assignedAt())
                .text("assigned_by", found.assignedBy());
    }

    record Replacement(@Nullable List<String> roles) {}
}
