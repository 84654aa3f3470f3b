package ai.scailabs.vault.api.system;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.PublicEndpoint;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.federation.proxy.BackendHealth;
import ai.scailabs.vault.federation.sync.BackendHealths;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** Is it alive, can it serve, and what is it. */
@Controller
public class HealthController {
    private final Readiness readiness;
    private final BuildInfo build;
    private final BackendHealths backendHealths;
    private final Clock clock;

    public HealthController(Readiness readiness, BuildInfo build, BackendHealths backendHealths, Clock clock) {
        this.readiness = readiness;
        this.build = build;
        this.backendHealths = backendHealths;
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
        List<BackendHealth> backends = backendHealths.of(call.tenant());
        return Answer.ok(
                call.recorded(),
                json -> json.text("status", details.state().wireName())
                        .text("version", build.version())
                        .number("uptime_seconds", details.uptimeSeconds())
                        .value("checks", details.checks())
                        .objects("backends", backends, HealthController::write));
    }

    private static void write(JsonWriter json, BackendHealth backend) {
        json.text("name", backend.name())
                .text("status", backend.state().name().toLowerCase(Locale.ROOT))
                .text("reason", backend.reason());
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
