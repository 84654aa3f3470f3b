package ai.scailabs.vault.api.events;

import ai.scailabs.vault.access.decision.StandingRight;
import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.api.request.SecretText;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.events.delivery.Target;
import ai.scailabs.vault.events.subscription.Asker;
import ai.scailabs.vault.events.subscription.SubscriptionService;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** What somebody wants to be told of at paths that they may read. */
@Controller
public class SubscriptionController {
    static final String READ = "subscriptions:read";
    static final String WRITE = "subscriptions:write";
    private static final String LIST = "subscriptions";

    private final SubscriptionService subscriptions;
    private final JsonBody bodies;
    private final Cursors cursors;
    private final Clock clock;

    public SubscriptionController(SubscriptionService subscriptions, JsonBody bodies, Cursors cursors, Clock clock) {
        this.subscriptions = subscriptions;
        this.bodies = bodies;
        this.cursors = cursors;
        this.clock = clock;
    }

    @GetMapping("/v1/subscriptions")
    @Endpoint(scope = READ, action = AuditAction.SUBSCRIPTION_LIST, category = PathCategory.SUBSCRIPTIONS)
    public Answer list(Call call, HttpServletRequest request) {
        QueryParameters query = QueryParameters.of(request, "limit", "cursor");
        int limit = query.limit();
        List<Target> found = subscriptions.list(asker(call), limit, cursors.decode(call, LIST, query.text("cursor")));
        boolean more = found.size() > limit;
        List<Target> page = more ? found.subList(0, limit) : found;
        String cursor = more ? cursors.encode(call, LIST, page.getLast().id()) : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("subscriptions", page, EventJson::subscription)
                        .text("cursor", cursor)
                        .flag("has_more", more));
    }

    @PostMapping("/v1/subscriptions")
    @Idempotent
    @Endpoint(scope = WRITE, action = AuditAction.SUBSCRIPTION_CREATE, category = PathCategory.SUBSCRIPTIONS)
    public Answer create(Call call, HttpServletRequest request) {
        EventRequests.Subscription body = bodies.read(request, EventRequests.Subscription.class);
        Actor actor = call.actor();
        try (SecretText secret = body.secret()) {
            Target created = subscriptions.create(
                    asker(call),
                    actor.partner(),
                    body.draft(),
                    secret == null ? null : secret.utf8(),
                    standing(call),
                    call.entry());
            call.about(created.id());
            return WebhookController.tagged(
                    Answer.json(201, call.changed(), json -> EventJson.subscription(json, created)), created);
        }
    }

    @GetMapping("/v1/subscriptions/{id}")
    @Endpoint(scope = READ, action = AuditAction.SUBSCRIPTION_READ, category = PathCategory.SUBSCRIPTIONS)
    public Answer get(Call call, @PathVariable String id) {
        about(call, id);
        Target found = subscriptions.get(asker(call), id);
        return WebhookController.tagged(Answer.ok(call.recorded(), json -> EventJson.subscription(json, found)), found);
    }

    @PatchMapping("/v1/subscriptions/{id}")
    @Endpoint(scope = WRITE, action = AuditAction.SUBSCRIPTION_UPDATE, category = PathCategory.SUBSCRIPTIONS)
    public Answer patch(Call call, @PathVariable String id, HttpServletRequest request) {
        about(call, id);
        EventRequests.Subscription body = bodies.readPatch(request, EventRequests.Subscription.class);
        try (SecretText secret = body.secret()) {
            Target patched = subscriptions.patch(
                    asker(call),
                    call.actor().partner(),
                    id,
                    body::applied,
                    secret == null ? null : secret.utf8(),
                    standing(call),
                    WebhookController.revision(request),
                    call.entry());
            return WebhookController.tagged(
                    Answer.ok(call.changed(), json -> EventJson.subscription(json, patched)), patched);
        }
    }

    @DeleteMapping("/v1/subscriptions/{id}")
    @Endpoint(scope = WRITE, action = AuditAction.SUBSCRIPTION_DELETE, category = PathCategory.SUBSCRIPTIONS)
    public Answer delete(Call call, @PathVariable String id, HttpServletRequest request) {
        about(call, id);
        subscriptions.delete(asker(call), id, WebhookController.revision(request), call.entry());
        return Answer.noContent(call.changed());
    }

    private String standing(Call call) {
        return StandingRight.of(call.located(), call.caller().tenant(), clock.instant())
                .encoded();
    }

    static Asker asker(Call call) {
        Actor actor = call.actor();
        return new Asker(
                actor.tenant(),
                actor.identity(),
                call.caller().hasScope("admin"),
                standing -> StandingRight.of(standing).isWithin(actor));
    }

    /** What is no id of ours is not looked up, and not recorded. */
    static void about(Call call, String id) {
        if (!SubscriptionService.isId(id)) {
            throw SubscriptionService.notFound();
        }
        call.about(id);
    }
}
