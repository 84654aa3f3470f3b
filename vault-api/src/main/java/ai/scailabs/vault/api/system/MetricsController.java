package ai.scailabs.vault.api.system;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.audit.trail.AuditAction;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** Metrics for callers with a token; the listener without one is the server's own. */
@Controller
public class MetricsController {
    /** Of the Prometheus text format. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** Names authorities of every tenant: for operators alone, at the address without a token. */
    private static final Pattern OF_EVERY_TENANT =
            Pattern.compile("(?m)^(# \\w+ )?scaivault_certificates_active\\b.*\\R");

    private final PrometheusMeterRegistry registry;

    public MetricsController(PrometheusMeterRegistry registry) {
        this.registry = registry;
    }

    @GetMapping("/v1/metrics")
    @Endpoint(scope = "admin", action = AuditAction.SYSTEM_READ, category = PathCategory.SYSTEM)
    public Answer metrics(Call call) {
        String shown = OF_EVERY_TENANT.matcher(registry.scrape(CONTENT_TYPE)).replaceAll("");
        return Answer.text(call.recorded(), CONTENT_TYPE, shown.getBytes(StandardCharsets.UTF_8));
    }
}
