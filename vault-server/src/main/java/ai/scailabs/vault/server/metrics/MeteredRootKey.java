package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

/** Times every call of a root key, and counts those that fail. */
public final class MeteredRootKey implements RootKey {
    private final RootKey delegate;
    private final MeteredCalls wraps;
    private final MeteredCalls unwraps;

    /** @param place {@code primary} or {@code secondary} */
    public MeteredRootKey(RootKey delegate, String place, MeterRegistry registry) {
        this.delegate = delegate;
        this.wraps = calls(registry, place, "encrypt");
        this.unwraps = calls(registry, place, "decrypt");
    }

    @Override
    public String id() {
        return delegate.id();
    }

    @Override
    public byte[] wrap(KeyMaterial key, WrapContext context) {
        return wraps.measured(() -> delegate.wrap(key, context));
    }

    @Override
    public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
        return unwraps.measured(() -> delegate.unwrap(wrapped, context));
    }

    private static MeteredCalls calls(MeterRegistry registry, String place, String operation) {
        return new MeteredCalls(
                registry,
                "scaivault.kms",
                Tags.of("operation", operation, "root_key", place),
                ErrorCode.KMS_UNAVAILABLE);
    }
}
