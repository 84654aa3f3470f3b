package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.credentials.rotation.RotationListener;
import ai.scailabs.vault.credentials.rotation.Trigger;
import io.micrometer.core.instrument.MeterRegistry;

/** How many rotations there were, and how they ended. Outcomes are few and known; tenants are not. */
public final class RotationMeters implements RotationListener {
    private final MeterRegistry registry;

    public RotationMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void rotated(Trigger trigger, String outcome) {
        registry.counter("scaivault.rotations", "trigger", trigger.wireName(), "outcome", outcome)
                .increment();
    }
}
