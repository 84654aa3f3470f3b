package ai.scailabs.vault.api.audit;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.summary.AuditSummaries;
import ai.scailabs.vault.audit.summary.AuditSummary;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.VaultException;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** A period of the log of the caller's tenant in numbers. */
@Controller
public class AuditSummaryController {
    private final AuditSummaries summaries;
    private final Clock clock;

    public AuditSummaryController(AuditSummaries summaries, Clock clock) {
        this.summaries = summaries;
        this.clock = clock;
    }

    @GetMapping("/v1/audit/summary")
    @Endpoint(scope = AuditPages.SCOPE, action = AuditAction.AUDIT_READ, category = PathCategory.AUDIT_QUERY)
    public Answer summary(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(request, "from", "to");
        Instant askedTo = parameters.time("to");
        Instant to = askedTo == null ? clock.instant().truncatedTo(ChronoUnit.MICROS) : askedTo;
        Instant askedFrom = parameters.time("from");
        Instant from = askedFrom == null ? to.minus(AuditTrailController.PERIOD) : askedFrom;
        if (to.isBefore(from)) {
            throw VaultException.invalidField("to", "lies before from");
        }
        AuditSummary summary = summaries.of(call.tenant(), from, to);
        return Answer.ok(call.recorded(), json -> AuditJson.summary(json, summary));
    }
}
