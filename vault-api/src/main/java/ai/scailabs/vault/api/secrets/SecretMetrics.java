package ai.scailabs.vault.api.secrets;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.secrets.secret.SecretType;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.ConcurrentHashMap;

/** Reads and writes by tenant; tenants are ScaiKey's, so their number is not a caller's to choose. */
public final class SecretMetrics {
    private final MeterRegistry registry;
    private final ConcurrentHashMap<ReadSeries, Counter> reads = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<TenantId, Counter> writes = new ConcurrentHashMap<>();

    private final Counter confirmed;
    private final Counter outdated;

    public SecretMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.confirmed = registry.counter("scaivault.recalls", "outcome", "confirmed");
        this.outdated = registry.counter("scaivault.recalls", "outcome", "outdated");
    }

    /** A read was tried from memory. */
    void recalled(boolean held) {
        (held ? confirmed : outdated).increment();
    }

    void read(TenantId tenant, SecretType type) {
        reads.computeIfAbsent(new ReadSeries(tenant, type), this::readCounter).increment();
    }

    void written(TenantId tenant) {
        writes.computeIfAbsent(tenant, this::writeCounter).increment();
    }

    private Counter readCounter(ReadSeries series) {
        return Counter.builder("scaivault.secret.reads")
                .tag("tenant", series.tenant().value())
                .tag("secret_type", series.type().wireName())
                .register(registry);
    }

    private Counter writeCounter(TenantId tenant) {
        return Counter.builder("scaivault.secret.writes")
                .tag("tenant", tenant.value())
                .register(registry);
    }

    private record ReadSeries(TenantId tenant, SecretType type) {}
}
