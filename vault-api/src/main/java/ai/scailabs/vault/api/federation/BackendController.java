package ai.scailabs.vault.api.federation;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.EntityTags;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.federation.backend.Backend;
import ai.scailabs.vault.federation.backend.BackendPage;
import ai.scailabs.vault.federation.backend.BackendService;
import ai.scailabs.vault.federation.backend.BackendStatus;
import ai.scailabs.vault.federation.sync.Conflict;
import ai.scailabs.vault.federation.sync.CopyService;
import ai.scailabs.vault.federation.sync.Resolution;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.time.DurationText;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** Other vaults whose secrets are read at paths of the tenant, there or as copies. */
@Controller
public class BackendController {
    private static final String READ = "federation:read";
    private static final String WRITE = "federation:write";

    private final BackendService backends;
    private final CopyService copies;
    private final JsonBody bodies;
    private final Cursors cursors;

    public BackendController(BackendService backends, CopyService copies, JsonBody bodies, Cursors cursors) {
        this.backends = backends;
        this.copies = copies;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @GetMapping("/v1/federation/backends")
    @Endpoint(scope = READ, action = AuditAction.FEDERATION_LIST, category = PathCategory.FEDERATION)
    public Answer list(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(request, "limit", "cursor");
        String list = "federation-backends?" + parameters.filters();
        UUID after = position(cursors.decode(call, list, parameters.text("cursor")));
        BackendPage page = backends.list(call.located(), call.tenant(), parameters.limit(), after);
        String cursor = page.hasMore()
                ? cursors.encode(call, list, page.backends().getLast().text())
                : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("backends", page.backends(), BackendController::write)
                        .text("cursor", cursor)
                        .flag("has_more", page.hasMore()));
    }

    private static @Nullable UUID position(@Nullable String id) {
        return id == null
                ? null
                : Backend.parseId(id)
                        .orElseThrow(() -> new VaultException(ErrorCode.INVALID_CURSOR, "The cursor names no backend"));
    }

    @PostMapping("/v1/federation/backends")
    @Idempotent
    @Endpoint(scope = WRITE, action = AuditAction.FEDERATION_CREATE, category = PathCategory.FEDERATION)
    public Answer create(Call call, HttpServletRequest request) {
        BackendRequests.Wanted body = bodies.read(request, BackendRequests.Wanted.class);
        Backend created = backends.create(call.located(), call.caller().tenant(), body.draft(), call.entry());
        call.about(created.text());
        return tagged(Answer.json(201, call.changed(), json -> write(json, created)), created);
    }

    @GetMapping("/v1/federation/backends/{id}")
    @Endpoint(scope = READ, action = AuditAction.FEDERATION_READ, category = PathCategory.FEDERATION)
    public Answer get(Call call, @PathVariable String id) {
        Backend backend = backends.get(call.located(), call.tenant(), about(call, id));
        return tagged(Answer.ok(call.recorded(), json -> write(json, backend)), backend);
    }

    @PatchMapping("/v1/federation/backends/{id}")
    @Endpoint(scope = WRITE, action = AuditAction.FEDERATION_UPDATE, category = PathCategory.FEDERATION)
    public Answer patch(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID known = about(call, id);
        BackendRequests.Change body = bodies.readPatch(request, BackendRequests.Change.class);
        OptionalInt revision = EntityTags.ifMatch(request);
        Backend changed = backends.change(
                call.located(),
                call.caller().tenant(),
                known,
                body.change(),
                revision.isPresent() ? revision.getAsInt() : null,
                call.entry());
        return tagged(Answer.ok(call.changed(), json -> write(json, changed)), changed);
    }

    @DeleteMapping("/v1/federation/backends/{id}")
    @Endpoint(scope = WRITE, action = AuditAction.FEDERATION_DELETE, category = PathCategory.FEDERATION)
    public Answer delete(Call call, @PathVariable String id) {
        backends.delete(call.located(), about(call, id), call.entry());
        return Answer.noContent(call.changed());
    }

    @GetMapping("/v1/federation/backends/{id}/status")
    @Endpoint(scope = READ, action = AuditAction.FEDERATION_STATUS, category = PathCategory.FEDERATION)
    public Answer status(Call call, @PathVariable String id) {
        BackendStatus status = backends.status(call.located(), call.tenant(), about(call, id));
        CopyService.Standing standing =
                copies.standing(call.located(), status.backend()).orElse(null);
        return Answer.ok(
                call.recorded(Map.of("status", status.isHealthy() ? "healthy" : "unavailable")),
                json -> CopyJson.status(json, status, standing));
    }

    @PostMapping("/v1/federation/backends/{id}/sync")
    @Idempotent
    @Endpoint(scope = WRITE, action = AuditAction.FEDERATION_SYNC, category = PathCategory.FEDERATION)
    public Answer sync(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID known = about(call, id);
        BackendRequests.Run body = bodies.readOptional(request, BackendRequests.Run.class);
        boolean acceptDeletions = body != null && Boolean.TRUE.equals(body.acceptDeletions());
        CopyService.Requested requested = copies.request(call.located(), known, acceptDeletions, call.entry());
        return Answer.json(
                202,
                call.changed(),
                json -> json.text("sync_id", requested.run())
                        .text("backend_id", requested.backend().text())
                        .text("status", requested.begun() ? "queued" : "running"));
    }

    @GetMapping("/v1/federation/backends/{id}/conflicts")
    @Endpoint(scope = READ, action = AuditAction.FEDERATION_CONFLICT_LIST, category = PathCategory.FEDERATION)
    public Answer conflicts(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID known = about(call, id);
        QueryParameters parameters = QueryParameters.of(request, "limit", "cursor");
        String list = "federation-conflicts?" + id;
        String after = cursors.decode(call, list, parameters.text("cursor"));
        CopyService.ConflictPage page =
                copies.conflicts(call.located(), call.tenant(), known, parameters.limit(), after == null ? "" : after);
        String cursor = page.hasMore()
                ? cursors.encode(call, list, page.conflicts().getLast().path().value())
                : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("conflicts", page.conflicts(), CopyJson::conflict)
                        .text("cursor", cursor)
                        .flag("has_more", page.hasMore()));
    }

    @PostMapping("/v1/federation/backends/{id}/conflicts/{conflict}/resolve")
    @Endpoint(scope = WRITE, action = AuditAction.FEDERATION_CONFLICT_RESOLVE, category = PathCategory.FEDERATION)
    public Answer resolve(
            Call call, @PathVariable String id, @PathVariable String conflict, HttpServletRequest request) {
        UUID known = about(call, id);
        UUID which = Conflict.parseId(conflict)
                .orElseThrow(() -> new VaultException(ErrorCode.CONFLICT_NOT_FOUND, "There is no such conflict"));
        Resolution resolution =
                bodies.read(request, BackendRequests.Settlement.class).parsed();
        CopyService.Settled settled = copies.resolve(call.located(), known, which, resolution, call.entry());
        return Answer.ok(
                call.changed(),
                json -> json.text("id", conflict)
                        .text("path", settled.conflict().path().value())
                        .text("resolution", settled.resolution().wireName())
                        .value("version", settled.version() == 0 ? null : settled.version()));
    }

    /** What is no id of ours is not looked up, and not recorded. */
    private static UUID about(Call call, String id) {
        UUID known = Backend.parseId(id)
                .orElseThrow(() -> new VaultException(ErrorCode.BACKEND_NOT_FOUND, "There is no such backend"));
        call.about(id);
        return known;
    }

    private static Answer tagged(Answer answer, Backend backend) {
        return answer.header("ETag", EntityTags.of(backend.revision()));
    }

    private static void write(JsonWriter json, Backend backend) {
        json.text("id", backend.text())
                .text("name", backend.name())
                .text("type", backend.type().wireName())
                .value("config", backend.config().members())
                .object("path_mapping", mapping -> backend.mapping().entries().forEach(mapping::text))
                .text("mode", backend.mode().wireName())
                .text(
                        "sync_interval",
                        backend.copying() == null
                                ? null
                                : DurationText.format(backend.copying().interval()))
                .value(
                        "sync_calls_per_second",
                        backend.copying() == null ? null : backend.copying().callsPerSecond())
                .value(
                        "write_through",
                        backend.copying() == null ? null : backend.copying().writeThrough())
                .number("revision", backend.revision())
                .time("created_at", backend.createdAt())
                .text("created_by", backend.createdBy())
                .time("updated_at", backend.updatedAt());
    }
}
