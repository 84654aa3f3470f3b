package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.audit.publish.PublishJob;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;

/** Whether checkpoints reach the places outside, as far as this instance carries them. */
public final class PublishMeters {
    private PublishMeters() {}

    public static void bind(MeterRegistry registry, PublishJob job) {
        for (String place : job.places()) {
            FunctionCounter.builder("scaivault.audit.publications", job, each -> each.pushedCount(place))
                    .tag("place", place)
                    .tag("outcome", "done")
                    .register(registry);
            FunctionCounter.builder("scaivault.audit.publications", job, each -> each.failedCount(place))
                    .tag("place", place)
                    .tag("outcome", "failed")
                    .register(registry);
        }
    }
}
