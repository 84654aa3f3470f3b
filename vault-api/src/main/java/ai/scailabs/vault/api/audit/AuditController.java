package ai.scailabs.vault.api.audit;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.log.AuditLog;
import ai.scailabs.vault.audit.log.AuditPosition;
import ai.scailabs.vault.audit.log.AuditQuery;
import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityType;
import ai.scailabs.vault.kernel.id.Ids;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** Questions about the trail of the caller's tenant. */
@Controller
public class AuditController {
    private static final DateTimeFormatter MICROSECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final AuditLog log;
    private final Cursors cursors;

    public AuditController(AuditLog log, Cursors cursors) {
        this.log = log;
        this.cursors = cursors;
    }

    @GetMapping("/v1/audit/logs")
    @Endpoint(scope = "audit:read", action = AuditAction.AUDIT_READ, category = PathCategory.AUDIT_QUERY)
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
        int limit = parameters.limit();
        AuditPosition after = position(cursors.decode(call, list, parameters.text("cursor")));
        AuditQuery query = new AuditQuery(
                parameters.time("from"),
                parameters.time("to"),
                actions(parameters.text("action")),
                parameters.text("identity_id"),
                identityType(parameters.text("identity_type")),
                parameters.text("path_prefix"),
                parameters.flag("success"),
                parameters.text("source_ip"),
                parameters.text("request_id"),
                limit + 1,
                after);
        List<RecordedEntry> found = log.find(call.tenant(), query);
        boolean more = found.size() > limit;
        List<RecordedEntry> page = more ? found.subList(0, limit) : found;
        String cursor = more ? cursors.encode(call, list, text(page.getLast().position())) : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("logs", page, AuditController::write)
                        .text("cursor", cursor)
                        .flag("has_more", more));
    }

    private static void write(JsonWriter json, RecordedEntry entry) {
        json.text("id", Ids.text("log_", entry.id()))
                .text("timestamp", MICROSECONDS.format(entry.occurredAt()))
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

    private static List<AuditAction> actions(@Nullable String text) {
        List<AuditAction> actions = new ArrayList<>();
        if (text != null) {
            for (String name : text.split(",", -1)) {
                actions.add(AuditAction.parse(name.strip())
                        .orElseThrow(() -> VaultException.invalidField("action", "names an unknown action")));
            }
        }
        return actions;
    }

    private static @Nullable String identityType(@Nullable String text) {
        if (text != null && IdentityType.parse(text).isEmpty()) {
            throw VaultException.invalidField("identity_type", "must be user, service_account, group or system");
        }
        return text;
    }

    private static String text(AuditPosition position) {
        return position.occurredAt() + " " + position.id();
    }

    private static @Nullable AuditPosition position(@Nullable String text) {
        if (text == null) {
            return null;
        }
        String[] parts = text.split(" ", 2);
        return new AuditPosition(Instant.parse(parts[0]), UUID.fromString(parts[1]));
    }
}
