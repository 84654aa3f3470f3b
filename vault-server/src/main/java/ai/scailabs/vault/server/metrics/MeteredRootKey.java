package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** Times every call of the root key. */
public final class MeteredRootKey implements RootKey {
    private final RootKey delegate;
    private final Timer wraps;
    private final Timer unwraps;

    public MeteredRootKey(RootKey delegate, MeterRegistry registry) {
        this.delegate = delegate;
        this.wraps = timer(registry, "encrypt");
        this.unwraps = timer(registry, "decrypt");
    }

    private static Timer timer(MeterRegistry registry, String operation) {
        return Timer.builder("scaivault.kms.latency")
                .tag("operation", operation)
                .register(registry);
    }

    @Override
    public String id() {
        return delegate.id();
    }

    @Override
    public byte[] wrap(KeyMaterial key, WrapContext context) {
        long before = System.nanoTime();
        try {
            return delegate.wrap(key, context);
        } finally {
            wraps.record(System.nanoTime() - before, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
        long before = System.nanoTime();
        try {
            return delegate.unwrap(wrapped, context);
        } finally {
            unwraps.record(System.nanoTime() - before, TimeUnit.NANOSECONDS);
        }
    }
}
