package ai.scailabs.vault.api.secrets;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.CustomMethod;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.EntityTags;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditReceipt;
import ai.scailabs.vault.credentials.rotation.AttachmentService;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.secrets.secret.DeleteResult;
import ai.scailabs.vault.secrets.secret.Precondition;
import ai.scailabs.vault.secrets.secret.RevealedSecret;
import ai.scailabs.vault.secrets.secret.SecretService;
import ai.scailabs.vault.secrets.secret.SecretType;
import ai.scailabs.vault.secrets.secret.SecretView;
import ai.scailabs.vault.secrets.secret.WriteResult;
import jakarta.servlet.http.HttpServletRequest;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;

/** One secret and its value: read, write, delete, restore. Metadata and versions are {@link SecretMetadataController}'s. */
@Controller
public class SecretController {
    static final String OWN_PATH = SecretTarget.OWN + "/{*path}";
    static final String SHARED_PATH = SecretTarget.SHARED + "/{*path}";
    private static final int MAX_VERSION = Integer.MAX_VALUE;

    private final SecretService secrets;
    private final AccessControl access;
    private final JsonBody bodies;
    private final SecretMetrics metrics;
    private final WrittenUnderPolicy policies;

    public SecretController(
            SecretService secrets,
            AccessControl access,
            JsonBody bodies,
            SecretMetrics metrics,
            AttachmentService attachments) {
        this.policies = new WrittenUnderPolicy(attachments);
        this.secrets = secrets;
        this.access = access;
        this.bodies = bodies;
        this.metrics = metrics;
    }

    @GetMapping({OWN_PATH, SHARED_PATH})
    @Endpoint(scope = "secrets:read", action = AuditAction.READ, category = PathCategory.SECRETS_READ)
    public Answer read(Call call, HttpServletRequest request) {
        SecretTarget target = SecretTarget.of(request, call);
        Integer version = QueryParameters.of(request, "version").number("version", 1, MAX_VERSION);
        Permit permit = target.require(access, call, Permission.READ);
        Answer remembered = version == null ? recall(call, target, permit) : null;
        if (remembered != null) {
            return remembered;
        }
        try (RevealedSecret secret = secrets.read(permit, target.space(), target.path(), version)) {
            metrics.read(call.tenant(), secret.view().type());
            return reveal(secret, call.recorded(SecretJson.facts(secret.view().source())));
        }
    }

    /** From memory, or null when what is remembered does not hold any more. What a partner's administrator reads abroad is told in two logs, so it is read anew. */
    private @Nullable Answer recall(Call call, SecretTarget target, Permit permit) {
        if (call.isAbroad()) {
            return null;
        }
        Answer answer;
        SecretType type;
        try (RevealedSecret secret = secrets.recall(permit, target.space(), target.path())) {
            if (secret == null || secret.premise() == null) {
                return null;
            }
            type = secret.view().type();
            answer = reveal(secret, call.recordedIf(secret.premise()));
        }
        boolean holds = answer.holds();
        metrics.recalled(holds);
        if (!holds) {
            return null;
        }
        metrics.read(call.tenant(), type);
        return answer;
    }

    /** The row is on its way to the disk while the answer is rendered. */
    private static Answer reveal(RevealedSecret secret, AuditReceipt receipt) {
        Answer answer = Answer.ok(receipt, json -> SecretJson.write(json, secret))
                .header("ETag", EntityTags.of(secret.view().version()));
        return secret.expired() ? answer.header("X-ScaiVault-Expired", "true") : answer;
    }

    @PutMapping({OWN_PATH, SHARED_PATH})
    @Endpoint(scope = "secrets:write", action = AuditAction.WRITE, category = PathCategory.SECRETS_WRITE)
    public Answer write(Call call, HttpServletRequest request) {
        SecretTarget target = SecretTarget.of(request, call);
        Permit permit = target.require(access, call, Permission.WRITE);
        WriteRequest body = bodies.read(request, WriteRequest.class);
        WriteResult result = write(call, request, target, permit, body);
        metrics.written(call.tenant());
        SecretView view = policies.placed(call, target, body.rotation(), result.view());
        return Answer.json(result.created() ? 201 : 200, call.changed(), json -> SecretJson.write(json, view))
                .header("ETag", EntityTags.of(view.version()));
    }

    private WriteResult write(
            Call call, HttpServletRequest request, SecretTarget target, Permit permit, WriteRequest body) {
        try {
            policies.requireMay(call, target, body.rotation());
            return secrets.write(
                    permit,
                    target.space(),
                    target.path(),
                    body.draft(call.facts().userAgent()),
                    body.precondition(request),
                    call.entry());
        } finally {
            if (body.data() != null) {
                body.data().json().close();
            }
        }
    }

    @DeleteMapping({OWN_PATH, SHARED_PATH})
    @Endpoint(scope = "secrets:delete", action = AuditAction.DELETE, category = PathCategory.SECRETS_DELETE)
    public Answer delete(Call call, HttpServletRequest request) {
        SecretTarget target = SecretTarget.of(request, call);
        QueryParameters parameters = QueryParameters.of(request, "permanent", "version");
        boolean permanent = parameters.isTrue("permanent");
        Integer version = parameters.number("version", 1, MAX_VERSION);
        if (permanent && version != null) {
            throw new VaultException(ErrorCode.INVALID_REQUEST, "Give permanent or version, not both");
        }
        Permit permit = target.require(access, call, Permission.DELETE);
        if (version != null) {
            if (request.getHeader("If-Match") != null) {
                throw VaultException.invalidField("If-Match", "goes without version, which names what is destroyed");
            }
            secrets.destroyVersion(permit, target.space(), target.path(), version, call.entry());
            return Answer.ok(
                    call.changed(),
                    json -> json.text("path", target.path().value())
                            .flag("permanent", true)
                            .number("version", version)
                            .number("version_count", 1));
        }
        DeleteResult result = permanent
                ? secrets.destroy(permit, target.space(), target.path(), precondition(request), call.entry())
                : secrets.softDelete(permit, target.space(), target.path(), precondition(request), call.entry());
        return Answer.ok(call.changed(), json -> {
            json.text("path", result.path().value())
                    .flag("permanent", result.permanent())
                    .number("version_count", result.versionCount());
            if (result.recoverableUntil() != null) {
                json.time("recoverable_until", result.recoverableUntil());
            }
        });
    }

    @PostMapping({OWN_PATH, SHARED_PATH})
    @CustomMethod("restore")
    @Endpoint(scope = "secrets:write", action = AuditAction.RESTORE, category = PathCategory.SECRETS_WRITE)
    public Answer restore(Call call, HttpServletRequest request) {
        SecretTarget target = SecretTarget.of(request, call);
        Permit permit = target.require(access, call, Permission.WRITE);
        SecretView view = secrets.restore(permit, target.space(), target.path(), call.entry());
        return Answer.ok(call.changed(), json -> SecretJson.write(json, view))
                .header("ETag", EntityTags.of(view.version()));
    }

    static Precondition precondition(HttpServletRequest request) {
        OptionalInt match = EntityTags.ifMatch(request);
        return match.isPresent() ? Precondition.versionIs(match.getAsInt()) : Precondition.ANY;
    }
}
