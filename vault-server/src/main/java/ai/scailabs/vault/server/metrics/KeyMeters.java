package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.tenancy.rotation.KeyJobWorker;
import ai.scailabs.vault.tenancy.rotation.KeyLevel;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What became of jobs with keys on this instance, and how long the oldest has been open on any. */
public final class KeyMeters {
    /** @param worker absent: no series, as others do such jobs */
    public KeyMeters(MeterRegistry registry, @Nullable KeyJobWorker worker) {
        if (worker == null) {
            return;
        }
        for (KeyLevel level : KeyLevel.values()) {
            jobs(registry, worker, level, "completed", jobs -> jobs.completed(level));
            jobs(registry, worker, level, "incomplete", jobs -> jobs.incomplete(level));
            jobs(registry, worker, level, "failed", jobs -> jobs.failed(level));
            FunctionCounter.builder("scaivault.key.rotation.rewrapped", worker, jobs -> jobs.rewrapped(level))
                    .tag("level", level.wireName())
                    .register(registry);
        }
        Gauge.builder(
                        "scaivault.key.rotation.oldest.age.seconds",
                        worker,
                        jobs -> jobs.oldestAge().toNanos() / 1e9)
                .register(registry);
    }

    private static void jobs(
            MeterRegistry registry,
            KeyJobWorker worker,
            KeyLevel level,
            String outcome,
            ToDoubleFunction<KeyJobWorker> count) {
        FunctionCounter.builder("scaivault.key.rotation.jobs", worker, count)
                .tag("level", level.wireName())
                .tag("outcome", outcome)
                .register(registry);
    }
}
