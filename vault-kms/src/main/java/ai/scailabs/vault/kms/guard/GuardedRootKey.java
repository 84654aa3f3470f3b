package ai.scailabs.vault.kms.guard;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import java.time.Duration;

/** A root key behind a circuit breaker. That a wrapped key does not open is an answer like any other. Thread-safe. */
public final class GuardedRootKey implements RootKey {
    private final RootKey delegate;
    private final OutageBreaker breaker;

    /** @param rest how long it is left alone before it is tried again */
    public GuardedRootKey(RootKey delegate, Duration rest) {
        this.delegate = delegate;
        this.breaker = new OutageBreaker("root key", delegate::id, ErrorCode.KMS_UNAVAILABLE, rest);
    }

    @Override
    public String id() {
        return delegate.id();
    }

    @Override
    public byte[] wrap(KeyMaterial key, WrapContext context) {
        return breaker.guarded(() -> delegate.wrap(key, context));
    }

    @Override
    public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
        return breaker.guarded(() -> delegate.unwrap(wrapped, context));
    }

    /** Whether calls fail at once. */
    public boolean isLeftAlone() {
        return breaker.isOpen();
    }
}
