package ai.scailabs.vault.events.subscription;

import ai.scailabs.vault.events.delivery.Posting;
import ai.scailabs.vault.events.delivery.Target;
import ai.scailabs.vault.events.delivery.TargetForm;
import ai.scailabs.vault.events.outbox.EventFilter;
import ai.scailabs.vault.events.outbox.EventType;
import ai.scailabs.vault.kernel.error.VaultException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What may be written of a subscription. */
final class SubscriptionForm {
    static final int DEFAULT_BUFFER = 1_000;
    private static final int MAX_BUFFER = 10_000;

    private SubscriptionForm() {}

    /** @throws VaultException {@code validation_error}; {@code invalid_glob} */
    static EventFilter filter(SubscriptionDraft draft, Instant since) {
        EventFilter filter = TargetForm.filter(draft.events(), draft.filters(), TargetForm.paths(draft.paths()), since);
        for (EventType type : filter.types()) {
            if (!type.hasPath()) {
                throw VaultException.invalidField(
                        "events", "has " + type.wireName() + ", which is at no path: a webhook is told of it");
            }
        }
        return filter;
    }

    /**
     * Absent for one that fetches.
     *
     * @param kept the one that it has
     */
    static @Nullable String url(SubscriptionDraft draft, Posting posting, @Nullable String kept) {
        if ("polling".equals(draft.type())) {
            if (draft.url() != null) {
                throw VaultException.invalidField("delivery.url", "is for the type webhook");
            }
            return null;
        }
        if (!"webhook".equals(draft.type())) {
            throw VaultException.invalidField("delivery.type", "must be webhook or polling");
        }
        return posting.url("delivery.url", draft.url(), kept);
    }

    /** Absent for one that is sent to. */
    static @Nullable Integer buffer(SubscriptionDraft draft) {
        Integer size = draft.bufferSize();
        if (!"polling".equals(draft.type())) {
            if (size != null) {
                throw VaultException.invalidField("delivery.buffer_size", "is for the type polling");
            }
            return null;
        }
        if (size == null) {
            return DEFAULT_BUFFER;
        }
        if (size < 1 || size > MAX_BUFFER) {
            throw VaultException.invalidField("delivery.buffer_size", "must be 1 to " + MAX_BUFFER);
        }
        return size;
    }

    /** As a caller would have written it. */
    static SubscriptionDraft draft(Target subscription) {
        EventFilter filter = subscription.filter();
        return new SubscriptionDraft(
                subscription.name(),
                filter.paths().stream()
                        .<@Nullable String>map(glob -> glob.pattern())
                        .toList(),
                List.copyOf(filter.typeNames()),
                new TargetForm.Filters(filter.pathPrefix(), filter.secretType(), List.copyOf(filter.tags())),
                subscription.isSentTo() ? "webhook" : "polling",
                subscription.url(),
                subscription.bufferSize(),
                subscription.enabled());
    }
}
