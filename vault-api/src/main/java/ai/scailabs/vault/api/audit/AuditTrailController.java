package ai.scailabs.vault.api.audit;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.ColonsInPath;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.log.AuditLog;
import ai.scailabs.vault.audit.log.AuditPage;
import ai.scailabs.vault.audit.log.AuditPosition;
import ai.scailabs.vault.audit.log.AuditQuery;
import ai.scailabs.vault.audit.summary.TrailSummary;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.path.SecretPath;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** The trail of one secret or of one identity, and the last thirty days of it in numbers. Neither needs to exist any more. */
@Controller
public class AuditTrailController {
    static final Duration PERIOD = Duration.ofDays(30);

    private static final String SECRETS = "/v1/audit/secrets/";
    /** Entries that the numbers are made of, at most. */
    private static final int MOST_COUNTED = 1_000;

    private static final String NO_FILTERS = "{}";

    private final AuditLog log;
    private final AuditPages pages;
    private final Clock clock;

    public AuditTrailController(AuditLog log, AuditPages pages, Clock clock) {
        this.log = log;
        this.pages = pages;
        this.clock = clock;
    }

    /** The path is taken as it was sent: a percent sign, or a colon, is no character of one. */
    @GetMapping("/v1/audit/secrets/{*path}")
    @ColonsInPath
    @Endpoint(scope = AuditPages.SCOPE, action = AuditAction.AUDIT_READ, category = PathCategory.AUDIT_QUERY)
    public Answer ofSecret(Call call, HttpServletRequest request) {
        SecretPath path = new SecretPath(pathOf(request));
        call.about(path.value());
        Trail trail = trail(call, request, path.value(), null);
        return Answer.ok(call.recorded(), json -> {
            json.text("path", path.value());
            trail.write(json, AuditJson::secretTrail);
        });
    }

    @GetMapping("/v1/audit/identities/{identityId}")
    @ColonsInPath
    @Endpoint(scope = AuditPages.SCOPE, action = AuditAction.AUDIT_READ, category = PathCategory.AUDIT_QUERY)
    public Answer ofIdentity(Call call, HttpServletRequest request, @PathVariable String identityId) {
        IdentityId identity = IdentityId.parse(identityId)
                .orElseThrow(() -> VaultException.invalidField("identity_id", "is no identity, such as sa:mailer"));
        call.about(identity.value());
        Trail trail = trail(call, request, null, identity.value());
        return Answer.ok(call.recorded(), json -> {
            json.text("identity_id", identity.value())
                    .text("identity_type", identity.type().wireName());
            trail.write(json, AuditJson::identityTrail);
        });
    }

    private Trail trail(Call call, HttpServletRequest request, @Nullable String path, @Nullable String identity) {
        QueryParameters parameters = QueryParameters.of(request, "from", "to", "action", "success", "limit", "cursor");
        String list = "audit/trail " + path + " " + identity + "?" + parameters.filters();
        AuditPosition after = pages.position(call, list, parameters);
        int limit = parameters.limit();
        AuditQuery query = new AuditQuery(
                parameters.time("from"),
                parameters.time("to"),
                AuditPages.actions(parameters),
                identity,
                null,
                path,
                null,
                parameters.flag("success"),
                null,
                null,
                limit,
                after);
        if (after != null) {
            return new Trail(pages.shown(call, list, log.find(call.tenant(), query)), null);
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        AuditPage newest = log.find(call.tenant(), newest(path, identity));
        boolean filtered = !parameters.filters().equals(NO_FILTERS);
        AuditPage page = filtered ? log.find(call.tenant(), query) : newest.upTo(limit);
        return new Trail(pages.shown(call, list, page), TrailSummary.of(newest, now.minus(PERIOD), now));
    }

    /** What the numbers are made of, and the first page when nothing else is asked for. */
    private static AuditQuery newest(@Nullable String path, @Nullable String identity) {
        return new AuditQuery(null, null, List.of(), identity, null, path, null, null, null, null, MOST_COUNTED, null);
    }

    private static String pathOf(HttpServletRequest request) {
        String uri = request.getRequestURI();
        return uri.length() < SECRETS.length() ? "" : uri.substring(SECRETS.length());
    }

    /** @param summary with the first page only */
    private record Trail(AuditPages.Shown shown, @Nullable TrailSummary summary) {
        void write(JsonWriter json, JsonWriter.Item<TrailSummary> numbers) {
            shown.write(json);
            TrailSummary known = summary;
            if (known == null) {
                json.value("summary", null);
            } else {
                json.object("summary", members -> numbers.write(members, known));
            }
        }
    }
}
