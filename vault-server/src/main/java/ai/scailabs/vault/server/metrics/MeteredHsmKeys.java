package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.crypto.hsm.HsmKeyKind;
import ai.scailabs.vault.crypto.hsm.HsmKeyName;
import ai.scailabs.vault.crypto.hsm.HsmKeys;
import ai.scailabs.vault.crypto.hsm.HsmScheme;
import ai.scailabs.vault.kernel.error.ErrorCode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.security.PublicKey;

/** Times every call of the HSM that holds keys of authorities, and counts those that fail. */
public final class MeteredHsmKeys implements HsmKeys {
    private final HsmKeys delegate;
    private final MeteredCalls makes;
    private final MeteredCalls signatures;
    private final MeteredCalls ends;

    public MeteredHsmKeys(HsmKeys delegate, MeterRegistry registry) {
        this.delegate = delegate;
        this.makes = calls(registry, "make");
        this.signatures = calls(registry, "sign");
        this.ends = calls(registry, "destroy");
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

    private static MeteredCalls calls(MeterRegistry registry, String operation) {
        return new MeteredCalls(registry, "scaivault.hsm", Tags.of("operation", operation), ErrorCode.HSM_UNAVAILABLE);
    }
}
