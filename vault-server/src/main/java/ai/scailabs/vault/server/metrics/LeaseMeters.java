package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.credentials.dynamic.Engine;
import ai.scailabs.vault.credentials.lease.EngineStanding;
import ai.scailabs.vault.credentials.lease.LeaseListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.List;

/** How many leases there were, and how they ended. */
public final class LeaseMeters implements LeaseListener {
    private final MeterRegistry registry;
    private final MultiGauge active;
    private final MultiGauge health;

    public LeaseMeters(MeterRegistry registry) {
        this.registry = registry;
        this.active = MultiGauge.builder("scaivault.leases.active").register(registry);
        this.health = MultiGauge.builder("scaivault.engine.health").register(registry);
    }

    /** Of all tenants' engines, as the database knows them: every instance shows the same. */
    public void standings(List<EngineStanding> all) {
        active.register(all.stream().map(each -> row(each, each.live())).toList(), true);
        health.register(
                all.stream().map(each -> row(each, each.healthy() ? 1 : 0)).toList(), true);
    }

    private static MultiGauge.Row<?> row(EngineStanding engine, double value) {
        return MultiGauge.Row.of(Tags.of("engine", Engine.text(engine.engine())), value);
    }

    @Override
    public void granted(String engine, String role) {
        registry.counter("scaivault.leases.generated", "engine", engine, "role", role)
                .increment();
    }

    @Override
    public void ended(String outcome) {
        registry.counter("scaivault.leases.ended", "outcome", outcome).increment();
    }
}
