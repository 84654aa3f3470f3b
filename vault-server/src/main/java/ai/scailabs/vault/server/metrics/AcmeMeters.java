package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.pki.acme.OrderStatus;
import ai.scailabs.vault.pki.acme.OrderTally;
import io.micrometer.core.instrument.MeterRegistry;

/** How many orders have come how far, at whose directories. Providers and statuses are few and known. */
public final class AcmeMeters implements OrderTally {
    private final MeterRegistry registry;

    public AcmeMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void reached(String provider, OrderStatus status) {
        registry.counter("scaivault.acme.orders", "provider", provider, "status", status.wireName())
                .increment();
    }
}
