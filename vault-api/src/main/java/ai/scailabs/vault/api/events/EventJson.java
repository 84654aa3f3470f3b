package ai.scailabs.vault.api.events;

import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.events.delivery.DeliveryLog;
import ai.scailabs.vault.events.delivery.Outcome;
import ai.scailabs.vault.events.delivery.SingleDelivery;
import ai.scailabs.vault.events.delivery.Target;
import ai.scailabs.vault.events.outbox.EventFilter;
import ai.scailabs.vault.events.outbox.Outbox;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.PathGlob;

/** How webhooks, subscriptions and deliveries are shown. */
final class EventJson {
    private EventJson() {}

    static void webhook(JsonWriter json, Target webhook) {
        json.text("id", webhook.id()).text("name", webhook.name()).text("url", webhook.url());
        events(json, webhook.filter());
        filters(json, webhook.filter());
        json.flag("enabled", webhook.enabled()).text("status", webhook.status());
        state(json, webhook);
    }

    static void subscription(JsonWriter json, Target subscription) {
        json.text("id", subscription.id())
                .text("name", subscription.name())
                .text("status", subscription.status().equals("healthy") ? "active" : subscription.status())
                .text("identity_id", subscription.createdBy())
                .texts(
                        "paths",
                        subscription.filter().paths().stream()
                                .map(PathGlob::pattern)
                                .toList());
        events(json, subscription.filter());
        filters(json, subscription.filter());
        json.object("delivery", delivery -> {
            if (subscription.isSentTo()) {
                delivery.text("type", "webhook").text("url", subscription.url());
            } else {
                delivery.text("type", "polling").value("buffer_size", subscription.bufferSize());
            }
        });
        json.flag("enabled", subscription.enabled());
        state(json, subscription);
    }

    private static void events(JsonWriter json, EventFilter filter) {
        json.texts("events", filter.typeNames());
    }

    private static void filters(JsonWriter json, EventFilter filter) {
        json.object("filters", filters -> {
            if (filter.pathPrefix() != null) {
                filters.text("path_prefix", filter.pathPrefix());
            }
            if (filter.secretType() != null) {
                filters.text("secret_type", filter.secretType());
            }
            if (!filter.tags().isEmpty()) {
                filters.texts("tags", filter.tags());
            }
        });
    }

    private static void state(JsonWriter json, Target target) {
        if (target.disabledReason() != null) {
            json.text("disabled_reason", target.disabledReason());
        }
        if (target.failingSince() != null) {
            json.time("failing_since", target.failingSince());
        }
        json.number("revision", target.revision())
                .time("created_at", target.createdAt())
                .time("updated_at", target.updatedAt());
    }

    static void lastDelivery(JsonWriter json, DeliveryLog.Delivery delivery) {
        json.text("id", Ids.text(DeliveryLog.PREFIX, delivery.id()))
                .time("timestamp", delivery.attemptedAt())
                .text("status", delivery.status())
                .value("response_code", delivery.outcome().responseCode());
    }

    static void delivery(JsonWriter json, DeliveryLog.Delivery delivery) {
        json.text("id", Ids.text(DeliveryLog.PREFIX, delivery.id()))
                .text("event_id", Ids.text(Outbox.PREFIX, delivery.event()))
                .text("event_type", delivery.eventType())
                .time("timestamp", delivery.attemptedAt())
                .text("status", delivery.status())
                .number("attempts", delivery.attempts())
                .value("response_code", delivery.outcome().responseCode())
                .number("duration_ms", delivery.outcome().durationMillis())
                .text("error", delivery.outcome().error())
                .time("next_attempt_at", delivery.nextAttemptAt());
    }

    static void done(JsonWriter json, SingleDelivery.Done done) {
        Outcome outcome = done.outcome();
        json.text("delivery_id", Ids.text(DeliveryLog.PREFIX, done.delivery()))
                .text("status", outcome.delivered() ? "success" : "failed")
                .value("response_code", outcome.responseCode())
                .number("duration_ms", outcome.durationMillis())
                .text("error", outcome.error());
    }
}
