package ai.scailabs.vault.api.audit;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.log.AuditLog;
import ai.scailabs.vault.audit.log.AuditQuery;
import ai.scailabs.vault.audit.trail.AuditAction;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** Questions about the trail of the caller's tenant. */
@Controller
public class AuditController {
    private final AuditLog log;
    private final AuditPages pages;

    public AuditController(AuditLog log, AuditPages pages) {
        this.log = log;
        this.pages = pages;
    }

    @GetMapping("/v1/audit/logs")
    @Endpoint(scope = AuditPages.SCOPE, action = AuditAction.AUDIT_READ, category = PathCategory.AUDIT_QUERY)
    public Answer logs(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(
                request,
                "from",
                "to",
                "action",
                "identity_id",
                "identity_type",
                "path_prefix",
                "success",
                "source_ip",
                "request_id",
                "limit",
                "cursor");
        String list = "audit/logs?" + parameters.filters();
        AuditQuery query = new AuditQuery(
                parameters.time("from"),
                parameters.time("to"),
                AuditPages.actions(parameters),
                parameters.text("identity_id"),
                AuditPages.identityType(parameters),
                null,
                parameters.text("path_prefix"),
                parameters.flag("success"),
                parameters.text("source_ip"),
                parameters.text("request_id"),
                parameters.limit(),
                pages.position(call, list, parameters));
        AuditPages.Shown page = pages.shown(call, list, log.find(call.tenant(), query));
        return Answer.ok(call.recorded(), page::write);
    }
}
