package ai.scailabs.vault.api.system;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.PublicEndpoint;
import ai.scailabs.vault.audit.trail.AuditAction;
import java.time.Clock;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** Is it alive, can it serve, and what is it. */
@Controller
public class HealthController {
    private final Readiness readiness;
    private final BuildInfo build;
    private final Clock clock;

    public HealthController(Readiness readiness, BuildInfo build, Clock clock) {
        this.readiness = readiness;
        this.build = build;
        this.clock = clock;
    }

    @GetMapping("/v1/health")
    @PublicEndpoint
    public Answer health() {
        return Answer.open(200, json -> json.text("status", "healthy").time("timestamp", clock.instant()));
    }

    @GetMapping("/v1/health/ready")
    @PublicEndpoint
    public Answer ready() {
        Readiness.Report report = readiness.report();
        return Answer.open(report.ready() ? 200 : 503, json -> {
            json.text("status", report.ready() ? "ready" : "not_ready").value("checks", report.checks());
            if (!report.errors().isEmpty()) {
                json.value("errors", report.errors());
            }
        });
    }

    @GetMapping("/v1/health/detailed")
    @Endpoint(scope = "admin", action = AuditAction.SYSTEM_READ, category = PathCategory.SYSTEM)
    public Answer detailed(Call call) {
        Readiness.Details details = readiness.details();
        return Answer.ok(
                call.recorded(),
                json -> json.text("status", details.state().wireName())
                        .text("version", build.version())
                        .number("uptime_seconds", details.uptimeSeconds())
                        .value("checks", details.checks()));
    }

    @GetMapping("/v1/version")
    @PublicEndpoint
    public Answer version() {
        return Answer.open(
                200,
                json -> json.text("version", build.version())
                        .text("commit", build.commit())
                        .text("build_time", build.buildTime())
                        .text("java", build.java()));
    }
}
