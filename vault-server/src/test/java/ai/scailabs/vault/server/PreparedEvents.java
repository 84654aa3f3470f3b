package ai.scailabs.vault.server;

import ai.scailabs.vault.kernel.id.Ids;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/**
 * Who is told of what happens in a prepared tenant. They are disabled, so that nothing of them changes by itself.
 *
 * @param webhook leads to where nobody answers
 * @param spareWebhook one that may be deleted
 * @param delivery of the webhook, and of an event that is kept
 * @param subscription that is fetched
 * @param spareSubscription one that may be deleted
 */
record PreparedEvents(
        String webhook, String spareWebhook, String delivery, String subscription, String spareSubscription) {
    private static final AtomicInteger COUNT = new AtomicInteger();

    /** The last 26 characters of an id that is stored as this. */
    private static final UUID STORED = UUID.fromString("019bc3e6-48e8-7a50-8000-3f5e6d7c8b9a");

    static PreparedEvents create(RunningServer server, ApiClient owner, String tenant) {
        String webhook = id(owner.post("/v1/webhooks", webhookBody()));
        Sql superuser = Sql.superuser(server);
        UUID event = UUID.randomUUID();
        superuser.update(
                "insert into event (tenant_id, position, event_id, event_type, occurred_at, path, body) values (?, nextval('event_position'), ?, 'secret.updated', now(), 'app/db', '{}')",
                tenant,
                event);
        superuser.update(
                "insert into event_delivery (tenant_id, target_id, delivery_id, event_id, event_type, position, status, attempts, duration_ms, created_at, attempted_at)"
                        + " values (?, ?, ?, ?, 'secret.updated', 0, 'failed', 1, 5, now(), now())",
                tenant,
                webhook,
                STORED,
                event);
        return new PreparedEvents(
                webhook,
                id(owner.post("/v1/webhooks", webhookBody())),
                Ids.text("del_", STORED),
                id(owner.post("/v1/subscriptions", subscriptionBody())),
                id(owner.post("/v1/subscriptions", subscriptionBody())));
    }

    private static String id(ApiClient.Reply created) {
        JsonNode id = created.expect(201).json().get("id");
        return id.stringValue();
    }

    /** Whether it is about who is told. */
    static boolean isAbout(OpenApi.Operation operation) {
        return operation.node().get("tags").toString().contains("\"events\"");
    }

    ApiCall call(OpenApi.Operation operation) {
        String hook = "/v1/webhooks/" + webhook;
        String subscribed = "/v1/subscriptions/" + subscription;
        return switch (operation.id()) {
            case "listWebhooks" -> new ApiCall("GET", "/v1/webhooks", null);
            case "createWebhook" -> new ApiCall("POST", "/v1/webhooks", webhookBody());
            case "readWebhook" -> new ApiCall("GET", hook, null);
            case "updateWebhook" -> new ApiCall("PATCH", hook, Map.of("events", List.of("secret.deleted")));
            case "deleteWebhook" -> new ApiCall("DELETE", "/v1/webhooks/" + spareWebhook, null);
            case "testWebhook" -> new ApiCall("POST", hook + "/test", null);
            case "listDeliveries" -> new ApiCall("GET", hook + "/deliveries?limit=10", null);
            case "redeliver" -> new ApiCall("POST", hook + "/deliveries/" + delivery + "/redeliver", null);
            case "listSubscriptions" -> new ApiCall("GET", "/v1/subscriptions?limit=10", null);
            case "createSubscription" -> new ApiCall("POST", "/v1/subscriptions", subscriptionBody());
            case "readSubscription" -> new ApiCall("GET", subscribed, null);
            case "updateSubscription" -> new ApiCall("PATCH", subscribed, Map.of("paths", List.of("app/*")));
            case "deleteSubscription" -> new ApiCall("DELETE", "/v1/subscriptions/" + spareSubscription, null);
            case "pollSubscription" -> new ApiCall("GET", subscribed + "/poll?timeout=0", null);
            case "acknowledgeEvents" ->
                new ApiCall(
                        "POST", subscribed + "/ack", Map.of("event_ids", List.of("evt_01K9Z6J2C6W0Y4A8D2F5H7K9MB")));
            default -> throw new AssertionError("no call is known of the operation " + operation.id() + ": add one");
        };
    }

    private static Map<String, Object> webhookBody() {
        return Map.of(
                "name",
                "prepared-" + COUNT.incrementAndGet(),
                "url",
                "http://127.0.0.1:1/hook",
                "secret",
                PreparedTenant.CANARY + "-signs",
                "events",
                List.of("secret.created", "secret.updated"),
                "enabled",
                false);
    }

    private static Map<String, Object> subscriptionBody() {
        return Map.of(
                "name",
                "prepared-" + COUNT.incrementAndGet(),
                "paths",
                List.of("app/**"),
                "events",
                List.of("secret.updated"),
                "delivery",
                Map.of("type", "polling"),
                "enabled",
                false);
    }
}
