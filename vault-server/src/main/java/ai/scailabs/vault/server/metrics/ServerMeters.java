package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.access.revocation.RevocationList;
import ai.scailabs.vault.access.token.TokenAuthenticator;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.persistence.jdbc.ConnectionThreads;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.time.Duration;

/** Figures that are read when they are scraped. */
public final class ServerMeters implements AutoCloseable {
    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

    public ServerMeters(
            MeterRegistry registry,
            ConnectionThreads database,
            AuditTrail trail,
            TokenAuthenticator authenticator,
            RevocationList revocations) {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        garbageCollection.bindTo(registry);
        Gauge.builder("scaivault.db.pool.size", database, ConnectionThreads::size)
                .register(registry);
        Gauge.builder("scaivault.db.pool.available", database, ConnectionThreads::idle)
                .register(registry);
        Gauge.builder("scaivault.db.queue.depth", database, ConnectionThreads::waiting)
                .register(registry);
        AuditMeters.bind(registry, trail);
        bindTokens(registry, authenticator);
        bindRevocations(registry, revocations);
    }

    private static void bindTokens(MeterRegistry registry, TokenAuthenticator authenticator) {
        FunctionCounter.builder(
                        "scaivault.token.verifications",
                        authenticator,
                        tokens -> tokens.statistics().verifications())
                .register(registry);
        Gauge.builder(
                        "scaivault.token.cache.size",
                        authenticator,
                        tokens -> tokens.statistics().cachedTokens())
                .register(registry);
        FunctionCounter.builder(
                        "scaivault.token.introspections",
                        authenticator,
                        tokens -> tokens.statistics().introspections())
                .register(registry);
        FunctionCounter.builder(
                        "scaivault.token.introspection.failures",
                        authenticator,
                        tokens -> tokens.statistics().failedIntrospections())
                .register(registry);
    }

    /** The age is not a number while the feed has never been complete. */
    private static void bindRevocations(MeterRegistry registry, RevocationList revocations) {
        Gauge.builder("scaivault.revocation.feed.age.seconds", revocations, list -> {
                    Duration age = list.feedAge();
                    return age == null ? Double.NaN : age.toNanos() / 1e9;
                })
                .register(registry);
        FunctionCounter.builder("scaivault.revocation.reads", revocations, RevocationList::reads)
                .register(registry);
    }

    @Override
    public void close() {
        garbageCollection.close();
    }
}
