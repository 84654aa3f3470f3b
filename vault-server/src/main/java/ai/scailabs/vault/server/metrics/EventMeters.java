package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.events.delivery.DeliveryTurn;
import ai.scailabs.vault.events.outbox.EventCleaner;
import ai.scailabs.vault.events.outbox.Outbox;
import ai.scailabs.vault.events.subscription.PollWaiters;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/** What this instance has told of what happened, and how much is still to be told. */
public final class EventMeters {
    /** @param turn absent, like the cleaner, where there is no login for jobs: others do such jobs */
    public EventMeters(
            MeterRegistry registry,
            Outbox outbox,
            PollWaiters waiters,
            @Nullable DeliveryTurn turn,
            @Nullable EventCleaner cleaner) {
        FunctionCounter.builder("scaivault.events.raised", outbox, Outbox::raisedCount)
                .register(registry);
        Gauge.builder("scaivault.events.polls.waiting", waiters, PollWaiters::count)
                .register(registry);
        if (turn != null) {
            FunctionCounter.builder("scaivault.events.deliveries", turn, DeliveryTurn::deliveredCount)
                    .tag("outcome", "delivered")
                    .register(registry);
            FunctionCounter.builder("scaivault.events.deliveries", turn, DeliveryTurn::refusedCount)
                    .tag("outcome", "failed")
                    .register(registry);
            FunctionCounter.builder("scaivault.events.deliveries", turn, DeliveryTurn::givenUpCount)
                    .tag("outcome", "given_up")
                    .register(registry);
        }
        if (cleaner != null) {
            Gauge.builder("scaivault.events.backlog", cleaner, EventCleaner::depth)
                    .register(registry);
            Gauge.builder("scaivault.webhook.queue.depth", cleaner, EventCleaner::depth)
                    .register(registry);
            Gauge.builder(
                            "scaivault.events.backlog.age.seconds",
                            cleaner,
                            each -> each.age().toSeconds())
                    .register(registry);
        }
    }
}
