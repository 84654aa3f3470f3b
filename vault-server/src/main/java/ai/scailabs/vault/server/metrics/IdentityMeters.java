package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.identity.event.EventIntake;
import ai.scailabs.vault.identity.event.EventResult;
import ai.scailabs.vault.identity.sync.SyncWorker;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What came from ScaiKey, by itself and when asked. */
public final class IdentityMeters {
    /** @param worker absent: no series about comparisons, which are made elsewhere */
    public IdentityMeters(MeterRegistry registry, EventIntake intake, @Nullable SyncWorker worker) {
        for (EventResult result : EventResult.values()) {
            events(registry, intake, result.wireName(), events -> events.count(result));
        }
        events(registry, intake, "refused", EventIntake::refusals);
        if (worker == null) {
            return;
        }
        runs(registry, worker, "completed", SyncWorker::completedCount);
        runs(registry, worker, "failed", SyncWorker::failedCount);
        FunctionCounter.builder("scaivault.identity.sync.failed.answers", worker, SyncWorker::refusedAnswers)
                .register(registry);
        Gauge.builder("scaivault.identity.sync.age.seconds", worker, sync -> {
                    Duration age = sync.age();
                    return age == null ? Double.NaN : age.toNanos() / 1e9;
                })
                .register(registry);
    }

    private static void events(
            MeterRegistry registry, EventIntake intake, String result, ToDoubleFunction<EventIntake> count) {
        FunctionCounter.builder("scaivault.identity.events", intake, count)
                .tag("result", result)
                .register(registry);
    }

    private static void runs(
            MeterRegistry registry, SyncWorker worker, String outcome, ToDoubleFunction<SyncWorker> count) {
        FunctionCounter.builder("scaivault.identity.syncs", worker, count)
                .tag("outcome", outcome)
                .register(registry);
    }
}
