package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.credentials.rotation.RotationListener;
import ai.scailabs.vault.credentials.rotation.Trigger;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** How many rotations there were, and how they ended. Outcomes are few and known; tenants are not. */
public final class RotationMeters implements RotationListener {
    private final MeterRegistry registry;
    private final Counter succeeded;
    private volatile double waiting = Double.NaN;
    private final Counter failed;

    public RotationMeters(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder("scaivault.rotation.queue.depth", this, meters -> meters.waiting)
                .register(registry);
        this.succeeded = registry.counter("scaivault.secret.rotations", "status", "success");
        this.failed = registry.counter("scaivault.secret.rotations", "status", "failed");
    }

    /** Of all tenants, as the database knows them: every instance shows the same. */
    public void waiting(long due) {
        waiting = due;
    }

    @Override
    public void rotated(Trigger trigger, String outcome) {
        switch (outcome) {
            // Somebody is to write the value: nothing was rotated, and nothing failed.
            case "pending" -> {}
            case "success" -> succeeded.increment();
            default -> failed.increment();
        }
        registry.counter("scaivault.rotations", "trigger", trigger.wireName(), "outcome", outcome)
                .increment();
    }
}
