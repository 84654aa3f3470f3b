package ai.scailabs.vault.api.credentials;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.EntityTags;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.credentials.dynamic.DynamicNames;
import ai.scailabs.vault.credentials.dynamic.Engine;
import ai.scailabs.vault.credentials.dynamic.EngineService;
import ai.scailabs.vault.credentials.lease.LeaseService;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.OptionalInt;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** Where credentials are made. */
@Controller
public class EngineController {
    static final String ENGINES = "/v1/dynamic/engines";

    private static final String READ = "dynamic:read";
    private static final String MANAGE = "dynamic:manage";

    private final EngineService engines;
    private final LeaseService leases;
    private final JsonBody bodies;
    private final Cursors cursors;

    public EngineController(EngineService engines, LeaseService leases, JsonBody bodies, Cursors cursors) {
        this.engines = engines;
        this.leases = leases;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @GetMapping(ENGINES)
    @Endpoint(scope = READ, action = AuditAction.DYNAMIC_ENGINE_LIST, category = PathCategory.DYNAMIC_ADMIN)
    public Answer list(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(request, "limit", "cursor");
        String list = "engines";
        String after = cursors.decode(call, list, parameters.text("cursor"));
        int limit = parameters.limit();
        List<Engine> found = engines.page(call.located(), call.tenant(), limit, after == null ? "" : after);
        boolean more = found.size() > limit;
        List<Engine> page = more ? found.subList(0, limit) : found;
        String cursor = more ? cursors.encode(call, list, page.getLast().name()) : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("engines", page, DynamicJson::engine)
                        .text("cursor", cursor)
                        .flag("has_more", more));
    }

    @PostMapping(ENGINES)
    @Idempotent
    @Endpoint(scope = MANAGE, action = AuditAction.DYNAMIC_ENGINE_CREATE, category = PathCategory.DYNAMIC_ADMIN)
    public Answer create(Call call, HttpServletRequest request) {
        DynamicRequests.Engine body = bodies.read(request, DynamicRequests.Engine.class);
        Engine created = engines.create(call.located(), body.draft(), call.entry());
        return tagged(Answer.json(201, call.changed(), json -> DynamicJson.engine(json, created)), created);
    }

    @GetMapping(ENGINES + "/{engine}")
    @Endpoint(scope = READ, action = AuditAction.DYNAMIC_ENGINE_READ, category = PathCategory.DYNAMIC_ADMIN)
    public Answer get(Call call, @PathVariable String engine) {
        about(call, engine);
        Engine found = engines.get(call.located(), call.tenant(), engine);
        return tagged(Answer.ok(call.recorded(), json -> DynamicJson.engine(json, found)), found);
    }

    @GetMapping(ENGINES + "/{engine}/health")
    @Endpoint(scope = READ, action = AuditAction.DYNAMIC_ENGINE_CHECK, category = PathCategory.DYNAMIC_ADMIN)
    public Answer health(Call call, @PathVariable String engine) {
        about(call, engine);
        Engine found = engines.check(call.located(), call.tenant(), engine);
        return Answer.ok(call.recorded(), json -> DynamicJson.health(json, found.health()));
    }

    @PatchMapping(ENGINES + "/{engine}")
    @Endpoint(scope = MANAGE, action = AuditAction.DYNAMIC_ENGINE_UPDATE, category = PathCategory.DYNAMIC_ADMIN)
    public Answer patch(Call call, @PathVariable String engine, HttpServletRequest request) {
        about(call, engine);
        DynamicRequests.Engine body = bodies.readPatch(request, DynamicRequests.Engine.class);
        OptionalInt revision = EntityTags.ifMatch(request);
        Engine changed = engines.change(
                call.located(), engine, body.draft(), revision.isPresent() ? revision.getAsInt() : null, call.entry());
        return tagged(Answer.ok(call.changed(), json -> DynamicJson.engine(json, changed)), changed);
    }

    @DeleteMapping(ENGINES + "/{engine}")
    @Endpoint(scope = MANAGE, action = AuditAction.DYNAMIC_ENGINE_DELETE, category = PathCategory.DYNAMIC_ADMIN)
    public Answer delete(Call call, @PathVariable String engine, HttpServletRequest request) {
        about(call, engine);
        boolean force = QueryParameters.of(request, "force").isTrue("force");
        return leases.delete(call.located(), engine, force, call.entry())
                ? Answer.noContent(call.changed())
                : Answer.json(
                        202, call.changed(), json -> json.text("name", engine).text("state", "deleting"));
    }

    @PostMapping(ENGINES + "/{engine}/revoke-all")
    @Idempotent
    @Endpoint(scope = MANAGE, action = AuditAction.DYNAMIC_REVOKE_ALL, category = PathCategory.LEASES)
    public Answer revokeAll(Call call, @PathVariable String engine, HttpServletRequest request) {
        about(call, engine);
        DynamicRequests.RevokeAll body = bodies.readOptional(request, DynamicRequests.RevokeAll.class);
        String role = body == null ? null : body.role();
        String identity = body == null ? null : body.identity();
        if (identity != null && IdentityId.parse(identity).isEmpty()) {
            throw VaultException.invalidField("identity", "must be an identity such as user:jo@example.test");
        }
        int marked = leases.revokeAll(call.located(), engine, role, identity, call.entry());
        return Answer.json(202, call.changed(), json -> json.number("leases", marked));
    }

    /** What is no name is not recorded. */
    static void about(Call call, String engine) {
        call.about(DynamicNames.ofEngine(engine).value());
    }

    private static Answer tagged(Answer answer, Engine engine) {
        return answer.header("ETag", EntityTags.of(engine.revision()));
    }
}
