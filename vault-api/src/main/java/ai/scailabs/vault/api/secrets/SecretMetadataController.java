package ai.scailabs.vault.api.secrets;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.CustomMethod;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.EntityTags;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.api.request.RawObject;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.secrets.secret.MetadataView;
import ai.scailabs.vault.secrets.secret.SecretService;
import ai.scailabs.vault.secrets.secret.SecretView;
import ai.scailabs.vault.secrets.version.VersionPage;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;

/** What is known of one secret without its value. */
@Controller
public class SecretMetadataController {
    private final SecretService secrets;
    private final AccessControl access;
    private final JsonBody bodies;
    private final Cursors cursors;

    public SecretMetadataController(SecretService secrets, AccessControl access, JsonBody bodies, Cursors cursors) {
        this.secrets = secrets;
        this.access = access;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @GetMapping({SecretController.OWN_PATH, SecretController.SHARED_PATH})
    @CustomMethod("metadata")
    @Endpoint(scope = "secrets:list", action = AuditAction.METADATA_READ, category = PathCategory.SECRETS_LIST)
    public Answer metadata(Call call, HttpServletRequest request) {
        SecretTarget target = SecretTarget.of(request, call);
        QueryParameters.of(request);
        Permit permit = target.require(access, call, Permission.LIST);
        MetadataView metadata = secrets.metadata(permit, target.space(), target.path());
        return Answer.ok(
                        call.recorded(SecretJson.facts(metadata.secret().source())),
                        json -> SecretJson.write(json, metadata))
                .header("ETag", EntityTags.of(metadata.secret().version()));
    }

    @PatchMapping({SecretController.OWN_PATH, SecretController.SHARED_PATH})
    @CustomMethod("metadata")
    @Endpoint(scope = "secrets:write", action = AuditAction.METADATA_UPDATE, category = PathCategory.SECRETS_WRITE)
    public Answer patchMetadata(Call call, HttpServletRequest request) {
        SecretTarget target = SecretTarget.of(request, call);
        Permit permit = target.require(access, call, Permission.WRITE);
        RawObject patch = bodies.readPatch(request, RawObject.class);
        SecretView view = secrets.patchMetadata(
                permit,
                target.space(),
                target.path(),
                patch.json(),
                SecretController.precondition(request),
                call.entry());
        return Answer.ok(call.changed(), json -> SecretJson.write(json, view))
                .header("ETag", EntityTags.of(view.version()));
    }

    @GetMapping({SecretController.OWN_PATH, SecretController.SHARED_PATH})
    @CustomMethod("versions")
    @Endpoint(scope = "secrets:list", action = AuditAction.VERSIONS_READ, category = PathCategory.SECRETS_LIST)
    public Answer versions(Call call, HttpServletRequest request) {
        SecretTarget target = SecretTarget.of(request, call);
        QueryParameters parameters = QueryParameters.of(request, "limit", "cursor");
        Permit permit = target.require(access, call, Permission.LIST);
        String list = request.getRequestURI();
        String position = cursors.decode(call, list, parameters.text("cursor"));
        VersionPage page =
                secrets.versions(permit, target.space(), target.path(), parameters.limit(), number(position));
        Integer next = page.nextAfter();
        String cursor = next == null ? null : cursors.encode(call, list, next.toString());
        return Answer.ok(
                call.recorded(SecretJson.facts(page.source())),
                json -> json.objects("versions", page.versions(), SecretJson::write)
                        .text("cursor", cursor)
                        .flag("has_more", cursor != null));
    }

    private static @Nullable Integer number(@Nullable String position) {
        return position == null ? null : Integer.valueOf(position);
    }
}
