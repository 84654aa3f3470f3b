package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.audit.proof.CheckpointJob;
import ai.scailabs.vault.audit.proof.Sequencer;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How the trees over the audit log grow, and whether they are signed, as far as this instance does it. */
public final class AuditProofMeters {
    /** @param sequencer absent: no series, as others do such jobs */
    public AuditProofMeters(
            MeterRegistry registry, Clock clock, @Nullable Sequencer sequencer, @Nullable CheckpointJob checkpoints) {
        if (sequencer == null || checkpoints == null) {
            return;
        }
        FunctionCounter.builder("scaivault.audit.leaves", sequencer, Sequencer::leafCount)
                .register(registry);
        Gauge.builder("scaivault.audit.sequencer.age.seconds", sequencer, trees -> {
                    Instant at = trees.caughtUpAt();
                    return at == null
                            ? Double.NaN
                            : Duration.between(at, clock.instant()).toNanos() / 1e9;
                })
                .register(registry);
        FunctionCounter.builder("scaivault.audit.checkpoints", checkpoints, CheckpointJob::signedCount)
                .tag("outcome", "signed")
                .register(registry);
        FunctionCounter.builder("scaivault.audit.checkpoints", checkpoints, CheckpointJob::failedCount)
                .tag("outcome", "failed")
                .register(registry);
    }
}
