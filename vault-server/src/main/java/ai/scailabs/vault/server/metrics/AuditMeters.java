package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.audit.trail.Obstacle;
import ai.scailabs.vault.audit.trail.TrailObserver;
import ai.scailabs.vault.server.jobs.AuditLogSize;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** How the audit log keeps up: what each commit carried, how long it took, and how long entries waited for it. */
public final class AuditMeters implements TrailObserver {
    private static final Duration[] BOUNDS = {
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private final DistributionSummary sizes;
    private final Timer commits;
    private final Timer waits;

    public AuditMeters(MeterRegistry registry) {
        this.sizes = DistributionSummary.builder("scaivault.audit.batch.size")
                .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024)
                .register(registry);
        this.commits = timer("scaivault.audit.commit.duration", registry);
        this.waits = timer("scaivault.audit.entry.wait", registry);
    }

    private static Timer timer(String name, MeterRegistry registry) {
        return Timer.builder(name).serviceLevelObjectives(BOUNDS).register(registry);
    }

    /** What is read of the trail when it is scraped. */
    public static void bind(MeterRegistry registry, AuditTrail trail) {
        Gauge.builder("scaivault.audit.queue.depth", trail, AuditTrail::queueDepth)
                .register(registry);
        Gauge.builder("scaivault.audit.queue.capacity", () -> AuditTrail.QUEUE_CAPACITY)
                .register(registry);
        FunctionCounter.builder("scaivault.audit.rows", trail, AuditTrail::rowCount)
                .register(registry);
        FunctionCounter.builder("scaivault.audit.batches", trail, AuditTrail::batchCount)
                .register(registry);
        for (Obstacle obstacle : Obstacle.values()) {
            FunctionCounter.builder("scaivault.audit.failures", trail, failed -> failed.failureCount(obstacle))
                    .tag("reason", obstacle.wireName())
                    .register(registry);
        }
    }

    /** Not a number before it was looked at. */
    public static void bind(MeterRegistry registry, AuditLogSize size) {
        Gauge.builder("scaivault.audit.log.bytes", size, AuditLogSize::bytes).register(registry);
    }

    @Override
    public void committed(int entries, long commitNanos) {
        sizes.record(entries);
        commits.record(commitNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void waited(long nanos) {
        waits.record(nanos, TimeUnit.NANOSECONDS);
    }
}
