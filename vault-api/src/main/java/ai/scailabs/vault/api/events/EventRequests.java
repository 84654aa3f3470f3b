package ai.scailabs.vault.api.events;

import ai.scailabs.vault.api.request.SecretText;
import ai.scailabs.vault.events.delivery.TargetForm;
import ai.scailabs.vault.events.subscription.SubscriptionDraft;
import ai.scailabs.vault.events.webhook.WebhookDraft;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bodies of webhooks and subscriptions. */
final class EventRequests {
    private EventRequests() {}

    record Filters(
            @Nullable String pathPrefix,
            @Nullable String secretType,
            @Nullable List<@Nullable String> tags) {
        static TargetForm.Filters read(@Nullable Filters given) {
            return given == null
                    ? TargetForm.Filters.NONE
                    : new TargetForm.Filters(given.pathPrefix(), given.secretType(), given.tags());
        }
    }

    record Webhook(
            @Nullable String name,
            @Nullable String url,
            @Nullable SecretText secret,
            @Nullable List<@Nullable String> events,
            @Nullable Filters filters,
            @Nullable Boolean enabled) {
        WebhookDraft draft() {
            return new WebhookDraft(name, url, events, Filters.read(filters), enabled);
        }

        SecretText requiredSecret() {
            if (secret == null) {
                throw VaultException.invalidField("secret", "is required");
            }
            return secret;
        }

        @Override
        public String toString() {
            return "Webhook[redacted]";
        }
    }

    record WebhookPatch(
            @Nullable String name,
            @Nullable String url,
            @Nullable SecretText secret,
            @Nullable String previousSecretTtl,
            @Nullable List<@Nullable String> events,
            @Nullable Filters filters,
            @Nullable Boolean enabled) {
        WebhookDraft applied(WebhookDraft old) {
            return new WebhookDraft(
                    name == null ? old.name() : name,
                    url == null ? old.url() : url,
                    events == null ? old.events() : events,
                    filters == null ? old.filters() : Filters.read(filters),
                    enabled == null ? old.enabled() : enabled);
        }

        @Override
        public String toString() {
            return "WebhookPatch[redacted]";
        }
    }

    record Delivery(
            @Nullable String type,
            @Nullable String url,
            @Nullable SecretText secret,
            @Nullable Integer bufferSize) {
        @Override
        public String toString() {
            return "Delivery[redacted]";
        }
    }

    record Subscription(
            @Nullable String name,
            @Nullable List<@Nullable String> paths,
            @Nullable List<@Nullable String> events,
            @Nullable Delivery delivery,
            @Nullable Filters filters,
            @Nullable Boolean enabled) {
        SubscriptionDraft draft() {
            if (delivery == null) {
                throw VaultException.invalidField("delivery", "is required");
            }
            return new SubscriptionDraft(
                    name,
                    paths,
                    events,
                    Filters.read(filters),
                    delivery.type(),
                    delivery.url(),
                    delivery.bufferSize(),
                    enabled);
        }

        /** Of another type of delivery than before nothing stays that was said of it. */
        SubscriptionDraft applied(SubscriptionDraft old) {
            Delivery given = delivery == null ? new Delivery(null, null, null, null) : delivery;
            String type = given.type() == null ? old.type() : given.type();
            boolean same = String.valueOf(type).equals(old.type());
            return new SubscriptionDraft(
                    name == null ? old.name() : name,
                    paths == null ? old.paths() : paths,
                    events == null ? old.events() : events,
                    filters == null ? old.filters() : Filters.read(filters),
                    type,
                    given.url() == null && same ? old.url() : given.url(),
                    given.bufferSize() == null && same ? old.bufferSize() : given.bufferSize(),
                    enabled == null ? old.enabled() : enabled);
        }

        @Nullable
        SecretText secret() {
            return delivery == null ? null : delivery.secret();
        }

        @Override
        public String toString() {
            return "Subscription[redacted]";
        }
    }

    record Acknowledgement(@Nullable List<@Nullable String> eventIds) {}
}
