package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.federation.proxy.ProxyListener;
import ai.scailabs.vault.federation.proxy.ProxyMounts;
import ai.scailabs.vault.federation.remote.BackendType;
import ai.scailabs.vault.federation.sync.CopyListener;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.TimeUnit;

/** How long calls of other vaults take, how they end, and how many vaults are left alone. Kinds of vaults and outcomes are few and known; tenants and their backends are not. */
public final class FederationMeters implements ProxyListener, CopyListener {
    private final MeterRegistry registry;

    public FederationMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** @param mounts of this instance */
    public void watch(ProxyMounts mounts) {
        Gauge.builder("scaivault.federation.backends.left.alone", mounts, ProxyMounts::leftAlone)
                .register(registry);
    }

    @Override
    public void called(BackendType type, String outcome, long nanos) {
        registry.timer("scaivault.federation.calls", "type", type.wireName(), "outcome", outcome)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void ran(BackendType type, String outcome, long millis) {
        registry.timer("scaivault.federation.sync", "type", type.wireName(), "outcome", outcome)
                .record(millis, TimeUnit.MILLISECONDS);
    }
}
