package ai.scailabs.vault.api.keys;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.tenancy.rotation.KeyJob;
import ai.scailabs.vault.tenancy.rotation.KeyLevel;
import ai.scailabs.vault.tenancy.rotation.KeyOverview;
import ai.scailabs.vault.tenancy.rotation.KeyRights;
import ai.scailabs.vault.tenancy.rotation.KeyService;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** Keys of the tenant that is acted on; those of its partner and of the installation for whoever has the role. */
@Controller
public class KeyController {
    private static final String SCOPE = "keys:admin";
    private static final String JOBS = "key-jobs";

    private final KeyService keys;
    private final Cursors cursors;

    public KeyController(KeyService keys, Cursors cursors) {
        this.keys = keys;
        this.cursors = cursors;
    }

    @GetMapping("/v1/keys")
    @Endpoint(scope = SCOPE, action = AuditAction.KEY_LIST, category = PathCategory.KEYS)
    public Answer list(Call call) {
        KeyOverview overview = keys.overview(rights(call));
        return Answer.ok(call.recorded(), json -> KeyJson.overview(json, call.tenant(), overview));
    }

    @PostMapping("/v1/keys/{level}/rotate")
    @Idempotent
    @Endpoint(scope = SCOPE, action = AuditAction.KEY_ROTATE, category = PathCategory.KEYS)
    public Answer rotate(Call call, HttpServletRequest request, @PathVariable String level) {
        KeyLevel asked = KeyLevel.parse(level)
                .orElseThrow(() -> new VaultException(ErrorCode.NOT_FOUND, "There is nothing here"));
        KeyRights rights = rights(call);
        if (asked != KeyLevel.TENANT) {
            call.about(asked.wireName());
            requireRole(rights, asked);
            call.inShared(rights.spaceOf(asked));
        }
        requireNoBody(request);
        String forget =
                asked == KeyLevel.ROOT ? QueryParameters.of(request, "forget").text("forget") : null;
        KeyJob job = keys.rotate(rights, asked, forget, call.caller().identity(), call.entry());
        call.about(job.id());
        return Answer.json(202, call.changed(), json -> KeyJson.job(json, job));
    }

    @GetMapping("/v1/keys/jobs")
    @Endpoint(scope = SCOPE, action = AuditAction.KEY_JOB_LIST, category = PathCategory.KEYS)
    public Answer jobs(Call call, HttpServletRequest request) {
        QueryParameters query = QueryParameters.of(request, "limit", "cursor");
        int limit = query.limit();
        List<KeyJob> found = keys.list(rights(call), limit, cursors.decode(call, JOBS, query.text("cursor")));
        boolean more = found.size() > limit;
        List<KeyJob> page = more ? found.subList(0, limit) : found;
        String cursor = more ? cursors.encode(call, JOBS, page.getLast().id()) : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("jobs", page, KeyJson::job)
                        .text("cursor", cursor)
                        .flag("has_more", more));
    }

    @GetMapping("/v1/keys/jobs/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.KEY_JOB_READ, category = PathCategory.KEYS)
    public Answer job(Call call, @PathVariable String id) {
        KeyJob job = keys.find(rights(call), id);
        call.about(job.id());
        return Answer.ok(call.recorded(), json -> KeyJson.job(json, job));
    }

    /** Roles are those of the caller at home; abroad they reach the other tenants of the same partner. */
    private static KeyRights rights(Call call) {
        boolean everything = call.caller().hasRole(Actor.SUPER_ADMIN);
        return new KeyRights(
                call.tenant(),
                call.actor().partner(),
                everything || call.caller().hasRole(Actor.PARTNER_ADMIN),
                everything);
    }

    private static void requireRole(KeyRights rights, KeyLevel level) {
        if (!rights.include(level)) {
            String role = level == KeyLevel.ROOT ? Actor.SUPER_ADMIN : Actor.PARTNER_ADMIN;
            throw new VaultException(
                    ErrorCode.FORBIDDEN,
                    "The keys of this level are for holders of the role " + role,
                    Map.of("required_role", role));
        }
    }

    /** Whoever sends one means something that is not done. */
    private static void requireNoBody(HttpServletRequest request) {
        if (request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null) {
            throw new VaultException(ErrorCode.INVALID_REQUEST, "The endpoint takes no body");
        }
    }
}
