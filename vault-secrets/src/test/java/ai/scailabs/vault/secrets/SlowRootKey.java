package ai.scailabs.vault.secrets;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A real root key behind a network of a test's choosing, counting what is asked of it. */
public final class SlowRootKey implements RootKey {
    private final RootKey delegate;
    private final AtomicInteger unwraps = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger mostUnderWay = new AtomicInteger();
    private volatile long delayNanos;
    private volatile Runnable onUnwrap = () -> {};

    SlowRootKey(RootKey delegate) {
        this.delegate = delegate;
    }

    public void delayBy(long nanos) {
        delayNanos = nanos;
    }

    /** Runs before each unwrap. */
    public void beforeUnwrap(Runnable action) {
        onUnwrap = action;
    }

    public int unwraps() {
        return unwraps.get();
    }

    /** At the same moment, so far. */
    public int mostUnderWay() {
        return mostUnderWay.get();
    }

    @Override
    public String id() {
        return delegate.id();
    }

    @Override
    public byte[] wrap(KeyMaterial key, WrapContext context) {
        return delegate.wrap(key, context);
    }

    @Override
    public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
        unwraps.incrementAndGet();
        mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
        try {
            onUnwrap.run();
            long until = System.nanoTime() + delayNanos;
            for (long left = delayNanos; left > 0; left = until - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            return delegate.unwrap(wrapped, context);
        } finally {
            underWay.decrementAndGet();
        }
    }
}
