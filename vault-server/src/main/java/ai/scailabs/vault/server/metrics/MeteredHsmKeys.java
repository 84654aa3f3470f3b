package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.crypto.hsm.HsmKeyKind;
import ai.scailabs.vault.crypto.hsm.HsmKeyName;
import ai.scailabs.vault.crypto.hsm.HsmKeys;
import ai.scailabs.vault.crypto.hsm.HsmScheme;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.security.PublicKey;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Times every call of the HSM that holds keys of authorities, and counts those that fail. */
public final class MeteredHsmKeys implements HsmKeys {
    private final HsmKeys delegate;
    private final Calls makes;
    private final Calls signatures;
    private final Calls ends;

    public MeteredHsmKeys(HsmKeys delegate, MeterRegistry registry) {
        this.delegate = delegate;
        this.makes = new Calls(registry, "make");
        this.signatures = new Calls(registry, "sign");
        this.ends = new Calls(registry, "destroy");
    }

    @Override
    public PublicKey make(HsmKeyKind kind, HsmKeyName name) {
        return makes.measured(() -> delegate.make(kind, name));
    }

    @Override
    public byte[] sign(HsmKeyKind kind, HsmKeyName name, HsmScheme scheme, byte[] octets) {
        return signatures.measured(() -> delegate.sign(kind, name, scheme, octets));
    }

    @Override
    public boolean destroy(HsmKeyName name) {
        return ends.measured(() -> delegate.destroy(name));
    }

    /** Says nothing of how long anything takes. */
    @Override
    public void probe() {
        delegate.probe();
    }

    /** Those of one operation. */
    private static final class Calls {
        private final Timer latency;
        private final Counter outages;
        private final Counter refusals;

        Calls(MeterRegistry registry, String operation) {
            this.latency = Timer.builder("scaivault.hsm.latency")
                    .tag("operation", operation)
                    .register(registry);
            this.outages = errors(registry, operation, ErrorCode.HSM_UNAVAILABLE);
            this.refusals = errors(registry, operation, ErrorCode.INTEGRITY_FAILURE);
        }

        private static Counter errors(MeterRegistry registry, String operation, ErrorCode code) {
            return Counter.builder("scaivault.hsm.errors")
                    .tag("operation", operation)
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
