package ai.scailabs.vault.api.audit;

import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.audit.summary.AuditSummary;
import ai.scailabs.vault.audit.summary.TrailSummary;
import ai.scailabs.vault.kernel.id.Ids;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** How entries and numbers are written. */
final class AuditJson {
    private static final DateTimeFormatter MICROSECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private AuditJson() {}

    static void entry(JsonWriter json, RecordedEntry entry) {
        json.text("id", Ids.text("log_", entry.id()))
                .text("timestamp", time(entry.occurredAt()))
                .text("action", entry.action())
                .text("identity_type", entry.identityType())
                .text("identity_id", entry.identityId())
                .text("tenant_id", entry.tenantId())
                .text("acting_tenant_id", entry.actingTenantId())
                .text("secret_path", entry.path())
                .text("source_ip", entry.sourceIp())
                .text("user_agent", entry.userAgent())
                .flag("success", entry.success())
                .text("error_code", entry.errorCode())
                .number("duration_ms", entry.durationMillis())
                .text("request_id", entry.requestId())
                .value("extra_data", entry.extra());
    }

    static void summary(JsonWriter json, AuditSummary summary) {
        json.text("from", time(summary.from()))
                .text("to", time(summary.to()))
                .flag("complete", summary.complete())
                .number("total_events", summary.events())
                .number("successful_events", summary.successes())
                .number("failed_events", summary.events() - summary.successes())
                .value("actions", summary.actions())
                .value("errors", summary.failures())
                .value("identity_types", summary.identityTypes());
    }

    static void secretTrail(JsonWriter json, TrailSummary summary) {
        trail(json, summary).number("distinct_identities", summary.identities());
    }

    static void identityTrail(JsonWriter json, TrailSummary summary) {
        trail(json, summary).number("distinct_paths", summary.paths());
    }

    private static JsonWriter trail(JsonWriter json, TrailSummary summary) {
        return json.number("period_days", AuditTrailController.PERIOD.toDays())
                .text("from", time(summary.from()))
                .text("to", time(summary.to()))
                .flag("complete", summary.complete())
                .number("total_events", summary.events())
                .number("successful_events", summary.successes())
                .number("failed_events", summary.events() - summary.successes())
                .value("actions", summary.actions())
                .text("last_event_at", time(summary.lastAt()))
                .text("last_failure_at", time(summary.lastFailureAt()));
    }

    private static @Nullable String time(@Nullable Instant time) {
        return time == null ? null : MICROSECONDS.format(time);
    }
}
