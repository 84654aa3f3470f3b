package ai.scailabs.vault.kms.guard;

import ai.scailabs.vault.crypto.hsm.HsmKeyKind;
import ai.scailabs.vault.crypto.hsm.HsmKeyName;
import ai.scailabs.vault.crypto.hsm.HsmKeys;
import ai.scailabs.vault.crypto.hsm.HsmScheme;
import ai.scailabs.vault.kernel.error.ErrorCode;
import java.security.PublicKey;
import java.time.Duration;

/** An HSM's keys behind a circuit breaker. That one is not there is an answer like any other. Making one is not counted, as it takes long by itself, nor destroying one, which waits for certainty. Thread-safe. */
public final class GuardedHsmKeys implements HsmKeys {
    private final HsmKeys delegate;
    private final OutageBreaker breaker;

    /**
     * @param name of the module, for the log
     * @param rest how long it is left alone before it is tried again
     */
    public GuardedHsmKeys(HsmKeys delegate, String name, Duration rest) {
        this.delegate = delegate;
        this.breaker = new OutageBreaker("HSM", () -> name, ErrorCode.HSM_UNAVAILABLE, rest);
    }

    @Override
    public PublicKey make(HsmKeyKind kind, HsmKeyName name) {
        // Who waits for a minute is to know before whether there is anybody.
        probe();
        return delegate.make(kind, name);
    }

    @Override
    public byte[] sign(HsmKeyKind kind, HsmKeyName name, HsmScheme scheme, byte[] octets) {
        return breaker.guarded(() -> delegate.sign(kind, name, scheme, octets));
    }

    @Override
    public boolean destroy(HsmKeyName name) {
        probe();
        return delegate.destroy(name);
    }

    @Override
    public void probe() {
        breaker.guarded(() -> {
            delegate.probe();
            return true;
        });
    }

    /** Whether calls fail at once. */
    public boolean isLeftAlone() {
        return breaker.isOpen();
    }
}
