package ai.scailabs.vault.api.credentials;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.CustomMethod;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.api.secrets.SecretTarget;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.credentials.rotation.Attachment;
import ai.scailabs.vault.credentials.rotation.AttachmentService;
import ai.scailabs.vault.credentials.rotation.DuePosition;
import ai.scailabs.vault.credentials.rotation.HistoryItem;
import ai.scailabs.vault.credentials.rotation.RotationPolicy;
import ai.scailabs.vault.credentials.rotation.RotationPolicyService;
import ai.scailabs.vault.credentials.rotation.RotationService;
import ai.scailabs.vault.credentials.rotation.RotationStatus;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** Secrets under rotation policies. */
@Controller
public class RotationController {
    private static final String SECRETS = "/secrets/";
    private static final int DEFAULT_WITHIN_HOURS = 24;
    private static final int MOST_WITHIN_HOURS = 24 * 3_650;

    private final AttachmentService attachments;
    private final RotationService rotation;
    private final JsonBody bodies;
    private final Cursors cursors;

    public RotationController(
            AttachmentService attachments, RotationService rotation, JsonBody bodies, Cursors cursors) {
        this.attachments = attachments;
        this.rotation = rotation;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @PostMapping("/v1/rotation/policies/{id}/secrets")
    @Idempotent
    @Endpoint(scope = "admin", action = AuditAction.ROTATION_ATTACH, category = PathCategory.ROTATION)
    public Answer attach(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID policy = RotationRequests.about(call, id);
        RotationRequests.Attachment body = bodies.read(request, RotationRequests.Attachment.class);
        SecretPath path = body.path();
        call.about(path.value());
        Attachment attached = attachments.attach(
                call.located(), call.caller().tenant(), policy, path, body.connector(), call.entry());
        return Answer.json(201, call.changed(), json -> RotationJson.attachment(json, attached));
    }

    @DeleteMapping("/v1/rotation/policies/{id}/secrets/{*path}")
    @Endpoint(scope = "admin", action = AuditAction.ROTATION_DETACH, category = PathCategory.ROTATION)
    public Answer detach(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID policy = RotationRequests.about(call, id);
        String uri = request.getRequestURI();
        // As one segment, its slashes are escaped; of all else no path has anything that need be.
        String text = uri.substring(uri.indexOf(SECRETS) + SECRETS.length()).replaceAll("%2[Ff]", "/");
        SecretPath path = new SecretPath(text);
        call.about(path.value());
        attachments.detach(call.located(), policy, path, call.entry());
        return Answer.noContent(call.changed());
    }

    @PostMapping("/v1/rotation/policies/{id}/rotate")
    @Idempotent
    @Endpoint(scope = "secrets:rotate", action = AuditAction.ROTATE, category = PathCategory.ROTATION)
    public Answer rotateAll(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID policy = RotationRequests.about(call, id);
        RotationRequests.Paths body = bodies.readOptional(request, RotationRequests.Paths.class);
        List<HistoryItem> items = rotation.rotate(
                call.located(),
                call.tenant(),
                policy,
                body == null ? null : body.paths(),
                path -> call.entry().withPath(path.value()));
        return Answer.list(call.recorded(Map.of("secrets", items.size())), items, RotationJson::item);
    }

    @GetMapping("/v1/rotation/policies/{id}/history")
    @Endpoint(scope = "audit:read", action = AuditAction.ROTATION_HISTORY_READ, category = PathCategory.ROTATION)
    public Answer history(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID policy = RotationRequests.about(call, id);
        QueryParameters parameters = QueryParameters.of(request, "status", "limit", "cursor");
        String list = "rotation-history/" + id + "?" + parameters.filters();
        String before = cursors.decode(call, list, parameters.text("cursor"));
        int limit = parameters.limit();
        List<HistoryItem> found = rotation.history(
                call.tenant(),
                policy,
                status(parameters.text("status")),
                limit,
                before == null ? null : HistoryItem.parseId(before).orElseThrow(RotationController::noPosition));
        boolean more = found.size() > limit;
        List<HistoryItem> page = more ? found.subList(0, limit) : found;
        String cursor = more ? cursors.encode(call, list, page.getLast().text()) : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("data", page, RotationJson::item)
                        .text("cursor", cursor)
                        .flag("has_more", more));
    }

    private static @Nullable RotationStatus status(@Nullable String text) {
        return text == null
                ? null
                : RotationStatus.parse(text)
                        .orElseThrow(() -> VaultException.invalidField("status", "must be success, failed or pending"));
    }

    /** The old name is for callers of old. */
    @GetMapping({"/v1/rotation/due", "/v1/rotation/pending"})
    @Endpoint(
            scope = "secrets:rotate",
            orScope = "admin",
            action = AuditAction.ROTATION_DUE_LIST,
            category = PathCategory.ROTATION)
    public Answer due(Call call, HttpServletRequest request) {
        QueryParameters parameters =
                QueryParameters.of(request, "within_hours", "include_overdue", "policy_id", "limit", "cursor");
        Integer hours = parameters.number("within_hours", 0, MOST_WITHIN_HOURS);
        String policy = parameters.text("policy_id");
        String list = "rotation-due?" + parameters.filters();
        String after = cursors.decode(call, list, parameters.text("cursor"));
        RotationService.DuePage page = rotation.due(
                call.located(),
                call.tenant(),
                call.caller().hasScope("admin"),
                Duration.ofHours(hours == null ? DEFAULT_WITHIN_HOURS : hours),
                parameters.text("include_overdue") == null || parameters.isTrue("include_overdue"),
                policy == null ? null : RotationPolicy.parseId(policy).orElseThrow(RotationPolicyService::notFound),
                parameters.limit(),
                after == null ? null : DuePosition.parse(after).orElseThrow(RotationController::noPosition));
        String cursor = page.hasMore()
                ? cursors.encode(
                        call, list, DuePosition.of(page.secrets().getLast()).encoded())
                : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("data", page.secrets(), RotationJson::due)
                        .text("cursor", cursor)
                        .flag("has_more", page.hasMore()));
    }

    private static VaultException noPosition() {
        return new VaultException(ErrorCode.INVALID_CURSOR, "The cursor is of another list");
    }

    @PostMapping(SecretTarget.OWN + "/{*path}")
    @CustomMethod("rotate")
    @Idempotent
    @Endpoint(scope = "secrets:rotate", action = AuditAction.ROTATE, category = PathCategory.SECRETS_WRITE)
    public Answer rotate(Call call, HttpServletRequest request) {
        SecretTarget target = SecretTarget.of(request, call);
        QueryParameters.of(request);
        HistoryItem item = rotation.rotate(call.located(), target.path(), call.entry());
        return Answer.ok(call.changed(), json -> RotationJson.item(json, item));
    }
}
