package ai.scailabs.vault.api.audit;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.audit.ExportRequests.Place;
import ai.scailabs.vault.api.audit.ExportRequests.Wanted;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.export.Export;
import ai.scailabs.vault.audit.export.ExportOrder;
import ai.scailabs.vault.audit.export.ExportService;
import ai.scailabs.vault.audit.export.ExportedFile;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** Exports of the log of the caller's tenant. Who names a secret with credentials must be allowed to read it: the export is not a way around policies. */
@Controller
public class ExportController {
    private static final String SCOPE = "audit:export";
    private static final String EXPORTS = "audit-exports";
    private static final int MOST_FILES = 1_000;

    private final ExportService exports;
    private final AccessControl access;
    private final JsonBody bodies;
    private final Cursors cursors;
    private final Clock clock;

    public ExportController(
            ExportService exports, AccessControl access, JsonBody bodies, Cursors cursors, Clock clock) {
        this.exports = exports;
        this.access = access;
        this.bodies = bodies;
        this.cursors = cursors;
        this.clock = clock;
    }

    @PostMapping("/v1/audit/export")
    @Idempotent
    @Endpoint(scope = SCOPE, action = AuditAction.EXPORT_CREATED, category = PathCategory.AUDIT_EXPORT)
    public Answer create(Call call, HttpServletRequest request) {
        Wanted wanted = bodies.read(request, Wanted.class);
        String id = exports.newId();
        ExportOrder order = order(call, wanted);
        call.about(id);
        Export export = exports.create(call.tenant(), id, order, call.caller().identity(), call.entry());
        return Answer.json(
                202,
                call.changed(),
                json -> json.text("export_id", export.id())
                        .text("status", export.state().status().wireName())
                        .number("estimated_records", export.estimated()));
    }

    private ExportOrder order(Call call, Wanted wanted) {
        Place place = wanted.destination();
        if (place == null) {
            throw VaultException.invalidField("destination", "is required");
        }
        boolean continuous = Boolean.TRUE.equals(wanted.continuous());
        Instant to = ExportRequests.time("to", wanted.to());
        Instant end = to == null && !continuous ? clock.instant().truncatedTo(ChronoUnit.MICROS) : to;
        SecretPath path = path(place);
        return new ExportOrder(
                ExportRequests.format(wanted.format()),
                continuous,
                ExportRequests.time("from", wanted.from()),
                end,
                ExportRequests.filters(wanted.filters()),
                ExportRequests.destination(place),
                ExportRequests.lock(place.objectLock()),
                path,
                path == null ? null : mandate(call, path));
    }

    private static @Nullable SecretPath path(Place place) {
        return place.credentialsPath() == null ? null : new SecretPath(place.credentialsPath());
    }

    /** A refusal is recorded with the path, as one of reading would be. */
    private String mandate(Call call, SecretPath path) {
        call.about(path.value());
        return access.mandate(access.require(call.located(), Permission.READ, path))
                .encoded();
    }

    @GetMapping("/v1/audit/exports")
    @Endpoint(scope = SCOPE, action = AuditAction.EXPORT_LIST, category = PathCategory.AUDIT_QUERY)
    public Answer list(Call call, HttpServletRequest request) {
        QueryParameters query = QueryParameters.of(request, "limit", "cursor");
        int limit = query.limit();
        List<Export> found = exports.list(call.tenant(), limit, cursors.decode(call, EXPORTS, query.text("cursor")));
        boolean more = found.size() > limit;
        List<Export> page = more ? found.subList(0, limit) : found;
        String cursor = more ? cursors.encode(call, EXPORTS, page.getLast().id()) : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("exports", page, ExportJson::export)
                        .text("cursor", cursor)
                        .flag("has_more", more));
    }

    @GetMapping("/v1/audit/exports/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.EXPORT_READ, category = PathCategory.AUDIT_QUERY)
    public Answer read(Call call, @PathVariable String id) {
        Export export = exports.find(call.tenant(), id);
        call.about(export.id());
        List<ExportedFile> files = exports.files(export, MOST_FILES);
        return Answer.ok(call.recorded(), json -> {
            ExportJson.export(json, export);
            ExportJson.manifest(json, export, files);
        });
    }

    @DeleteMapping("/v1/audit/exports/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.EXPORT_CANCEL, category = PathCategory.AUDIT_EXPORT)
    public Answer cancel(Call call, @PathVariable String id) {
        Export seen = exports.find(call.tenant(), id);
        call.about(seen.id());
        Export export = exports.cancel(call.tenant(), seen.id(), call.entry());
        return Answer.ok(call.changed(), json -> ExportJson.export(json, export));
    }
}
