package ai.scailabs.vault.api.audit;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.retention.Retention;
import ai.scailabs.vault.audit.retention.RetentionService;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.VaultException;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;

/** How long the entries of the tenant are kept. */
@Controller
public class AuditRetentionController {
    private final RetentionService retention;
    private final JsonBody bodies;

    public AuditRetentionController(RetentionService retention, JsonBody bodies) {
        this.retention = retention;
        this.bodies = bodies;
    }

    @GetMapping("/v1/audit/retention")
    @Endpoint(scope = "audit:read", action = AuditAction.AUDIT_READ, category = PathCategory.AUDIT_QUERY)
    public Answer read(Call call, HttpServletRequest request) {
        QueryParameters.of(request);
        Retention found = retention.of(call.tenant());
        return Answer.ok(call.recorded(), json -> write(json, found));
    }

    /** What is not named stays as it is. */
    @PutMapping("/v1/audit/retention")
    @Endpoint(scope = "admin", action = AuditAction.AUDIT_RETENTION_UPDATE, category = PathCategory.AUDIT_QUERY)
    public Answer change(Call call, HttpServletRequest request) {
        Change body = bodies.read(request, Change.class);
        if (body.retentionDays() != null
                && (body.retentionDays() < Retention.MIN_DAYS || body.retentionDays() > Retention.MAX_DAYS)) {
            throw VaultException.invalidField(
                    "retention_days", "must be from " + Retention.MIN_DAYS + " to " + Retention.MAX_DAYS);
        }
        Retention changed = retention.change(
                call.tenant(), body::applied, call.actor().identity().value(), call.entry());
        return Answer.ok(call.changed(), json -> write(json, changed));
    }

    private static void write(JsonWriter json, Retention retention) {
        json.number("retention_days", retention.days())
                .flag("legal_hold", retention.legalHold())
                .flag("archive_required", retention.needsArchive());
    }

    record Change(
            @Nullable Integer retentionDays,
            @Nullable Boolean legalHold,
            @Nullable Boolean archiveRequired) {
        Retention applied(Retention before) {
            return new Retention(
                    retentionDays == null ? before.days() : retentionDays,
                    legalHold == null ? before.legalHold() : legalHold,
                    archiveRequired == null ? before.needsArchive() : archiveRequired);
        }
    }
}
