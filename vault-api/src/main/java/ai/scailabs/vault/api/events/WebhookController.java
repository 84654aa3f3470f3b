package ai.scailabs.vault.api.events;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.EntityTags;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.api.request.SecretText;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.events.delivery.DeliveryLog;
import ai.scailabs.vault.events.delivery.SingleDelivery;
import ai.scailabs.vault.events.delivery.Target;
import ai.scailabs.vault.events.webhook.WebhookService;
import ai.scailabs.vault.kernel.id.Ids;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** Where a tenant is told of what happens in it. */
@Controller
public class WebhookController {
    private final WebhookService webhooks;
    private final JsonBody bodies;
    private final Cursors cursors;

    public WebhookController(WebhookService webhooks, JsonBody bodies, Cursors cursors) {
        this.webhooks = webhooks;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @GetMapping("/v1/webhooks")
    @Endpoint(scope = "admin", action = AuditAction.WEBHOOK_LIST, category = PathCategory.WEBHOOKS)
    public Answer list(Call call) {
        List<Target> all = webhooks.list(call.tenant());
        return Answer.ok(call.recorded(), json -> json.objects("webhooks", all, EventJson::webhook));
    }

    @PostMapping("/v1/webhooks")
    @Idempotent
    @Endpoint(scope = "admin", action = AuditAction.WEBHOOK_CREATE, category = PathCategory.WEBHOOKS)
    public Answer create(Call call, HttpServletRequest request) {
        EventRequests.Webhook body = bodies.read(request, EventRequests.Webhook.class);
        Actor actor = call.actor();
        try (SecretText secret = body.requiredSecret()) {
            Target created = webhooks.create(
                    actor.tenant(), actor.partner(), body.draft(), secret.utf8(), actor.identity(), call.entry());
            call.about(created.id());
            return tagged(Answer.json(201, call.changed(), json -> EventJson.webhook(json, created)), created);
        }
    }

    @GetMapping("/v1/webhooks/{id}")
    @Endpoint(scope = "admin", action = AuditAction.WEBHOOK_READ, category = PathCategory.WEBHOOKS)
    public Answer get(Call call, @PathVariable String id) {
        about(call, id);
        Target webhook = webhooks.get(call.tenant(), id);
        DeliveryLog.Statistics statistics = webhooks.statistics(webhook);
        DeliveryLog.Delivery last = webhooks.lastDelivery(webhook);
        Instant previousUntil = webhooks.previousSecretUntil(webhook);
        return tagged(
                Answer.ok(call.recorded(), json -> {
                    EventJson.webhook(json, webhook);
                    if (previousUntil != null) {
                        json.time("previous_secret_expires_at", previousUntil);
                    }
                    json.object(
                            "statistics",
                            figures -> figures.number("deliveries_24h", statistics.deliveries())
                                    .value("success_rate_24h", statistics.successRate())
                                    .number("avg_latency_ms", statistics.averageMillis()));
                    if (last == null) {
                        json.value("last_delivery", null);
                    } else {
                        json.object("last_delivery", each -> EventJson.lastDelivery(each, last));
                    }
                }),
                webhook);
    }

    @PatchMapping("/v1/webhooks/{id}")
    @Endpoint(scope = "admin", action = AuditAction.WEBHOOK_UPDATE, category = PathCategory.WEBHOOKS)
    public Answer patch(Call call, @PathVariable String id, HttpServletRequest request) {
        about(call, id);
        EventRequests.WebhookPatch body = bodies.readPatch(request, EventRequests.WebhookPatch.class);
        try (SecretText secret = body.secret()) {
            Target patched = webhooks.patch(
                    call.tenant(),
                    call.actor().partner(),
                    id,
                    body::applied,
                    secret == null ? null : secret.utf8(),
                    body.previousSecretTtl(),
                    revision(request),
                    call.entry());
            return tagged(Answer.ok(call.changed(), json -> EventJson.webhook(json, patched)), patched);
        }
    }

    @DeleteMapping("/v1/webhooks/{id}")
    @Endpoint(scope = "admin", action = AuditAction.WEBHOOK_DELETE, category = PathCategory.WEBHOOKS)
    public Answer delete(Call call, @PathVariable String id, HttpServletRequest request) {
        about(call, id);
        webhooks.delete(call.tenant(), id, revision(request), call.entry());
        return Answer.noContent(call.changed());
    }

    @PostMapping("/v1/webhooks/{id}/test")
    @Endpoint(scope = "admin", action = AuditAction.WEBHOOK_TEST, category = PathCategory.WEBHOOKS)
    public Answer test(Call call, @PathVariable String id, HttpServletRequest request) {
        about(call, id);
        QueryParameters.of(request);
        SingleDelivery.Done done = webhooks.test(
                call.tenant(), id, call.actor().identity(), call.facts().requestId());
        return Answer.ok(call.recorded(told(done)), json -> EventJson.done(json, done));
    }

    @GetMapping("/v1/webhooks/{id}/deliveries")
    @Endpoint(scope = "admin", action = AuditAction.WEBHOOK_DELIVERIES_READ, category = PathCategory.WEBHOOKS)
    public Answer deliveries(Call call, @PathVariable String id, HttpServletRequest request) {
        about(call, id);
        QueryParameters query = QueryParameters.of(request, "status", "limit", "cursor");
        String list = "deliveries/" + id + "?" + query.filters();
        int limit = query.limit();
        List<DeliveryLog.Delivery> found = webhooks.deliveries(
                call.tenant(), id, query.text("status"), limit, cursors.decode(call, list, query.text("cursor")));
        boolean more = found.size() > limit;
        List<DeliveryLog.Delivery> page = more ? found.subList(0, limit) : found;
        String cursor = more
                ? cursors.encode(
                        call, list, Ids.text(DeliveryLog.PREFIX, page.getLast().id()))
                : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("deliveries", page, EventJson::delivery)
                        .text("cursor", cursor)
                        .flag("has_more", more));
    }

    @PostMapping("/v1/webhooks/{id}/deliveries/{delivery}/redeliver")
    @Endpoint(scope = "admin", action = AuditAction.WEBHOOK_REDELIVER, category = PathCategory.WEBHOOKS)
    public Answer redeliver(
            Call call, @PathVariable String id, @PathVariable String delivery, HttpServletRequest request) {
        about(call, id);
        QueryParameters.of(request);
        SingleDelivery.Done done = webhooks.redeliver(call.tenant(), id, delivery);
        return Answer.ok(call.recorded(told(done)), json -> EventJson.done(json, done));
    }

    private static Map<String, Object> told(SingleDelivery.Done done) {
        return Map.of(
                "delivery_id",
                Ids.text(DeliveryLog.PREFIX, done.delivery()),
                "delivered",
                done.outcome().delivered());
    }

    /** What is no id of ours is not looked up, and not recorded. */
    private static void about(Call call, String id) {
        if (!WebhookService.isId(id)) {
            throw WebhookService.notFound();
        }
        call.about(id);
    }

    static @Nullable Integer revision(HttpServletRequest request) {
        OptionalInt revision = EntityTags.ifMatch(request);
        return revision.isPresent() ? revision.getAsInt() : null;
    }

    static Answer tagged(Answer answer, Target target) {
        return answer.header("ETag", EntityTags.of(target.revision()));
    }
}
