package ai.scailabs.vault.tenancy.keyring;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** A real root key whose place can stop answering, and which looks around whenever it is called. */
final class FaultyRootKey implements RootKey {
    private final RootKey delegate;
    private final AtomicInteger calls = new AtomicInteger();
    private volatile int callsUntilDown = Integer.MAX_VALUE;
    private volatile BooleanSupplier observation = () -> false;
    private volatile boolean observed;

    FaultyRootKey(RootKey delegate) {
        this.delegate = delegate;
    }

    void goDownAfter(int furtherCalls) {
        callsUntilDown = calls.get() + furtherCalls;
    }

    void recover() {
        callsUntilDown = Integer.MAX_VALUE;
    }

    /** What {@link #observed()} tells once it was true during a call. */
    void observe(BooleanSupplier condition) {
        observation = condition;
    }

    boolean observed() {
        return observed;
    }

    int calls() {
        return calls.get();
    }

    @Override
    public String id() {
        return delegate.id();
    }

    @Override
    public byte[] wrap(KeyMaterial key, WrapContext context) {
        answer();
        return delegate.wrap(key, context);
    }

    @Override
    public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
        answer();
        return delegate.unwrap(wrapped, context);
    }

    private void answer() {
        observed |= observation.getAsBoolean();
        if (calls.incrementAndGet() > callsUntilDown) {
            throw new VaultException(ErrorCode.KMS_UNAVAILABLE, "The root key does not answer");
        }
    }
}
