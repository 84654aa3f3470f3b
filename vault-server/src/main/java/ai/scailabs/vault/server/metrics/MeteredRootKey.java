package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Times every call of a root key, and counts those that fail. */
public final class MeteredRootKey implements RootKey {
    private final RootKey delegate;
    private final Calls wraps;
    private final Calls unwraps;

    /** @param place {@code primary} or {@code secondary} */
    public MeteredRootKey(RootKey delegate, String place, MeterRegistry registry) {
        this.delegate = delegate;
        this.wraps = new Calls(registry, place, "encrypt");
        this.unwraps = new Calls(registry, place, "decrypt");
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

    /** Those of one operation. */
    private static final class Calls {
        private final Timer latency;
        private final Counter outages;
        private final Counter refusals;

        Calls(MeterRegistry registry, String place, String operation) {
            this.latency = Timer.builder("scaivault.kms.latency")
                    .tag("operation", operation)
                    .tag("root_key", place)
                    .register(registry);
            this.outages = errors(registry, place, operation, ErrorCode.KMS_UNAVAILABLE);
            this.refusals = errors(registry, place, operation, ErrorCode.INTEGRITY_FAILURE);
        }

        private static Counter errors(MeterRegistry registry, String place, String operation, ErrorCode code) {
            return Counter.builder("scaivault.kms.errors")
                    .tag("operation", operation)
                    .tag("root_key", place)
                    .tag("error", code.code())
                    .register(registry);
        }

        <T> T measured(Supplier<T> call) {
            long before = System.nanoTime();
            try {
                return call.get();
            } catch (VaultException refused) {
                (refused.code() == ErrorCode.INTEGRITY_FAILURE ? refusals : outages).increment();
                throw refused;
            } finally {
                latency.record(System.nanoTime() - before, TimeUnit.NANOSECONDS);
            }
        }
    }
}
