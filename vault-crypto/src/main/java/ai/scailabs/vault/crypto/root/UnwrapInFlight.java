package ai.scailabs.vault.crypto.root;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One call of a root key and everybody who waits for it. Callers are counted: whoever is the last to leave wipes the key, and once the count is zero nobody can join.
 */
final class UnwrapInFlight {
    /** A root key on the same machine answers within this many spins; parking a thread would cost more than the call. */
    private static final int SPINS = 64;

    private final AtomicInteger callers = new AtomicInteger(1);
    private final CountDownLatch done = new CountDownLatch(1);
    private @Nullable KeyMaterial key;
    private @Nullable Throwable failure;

    /** False when the last caller has left. */
    boolean join() {
        int count = callers.get();
        while (count > 0) {
            if (callers.compareAndSet(count, count + 1)) {
                return true;
            }
            count = callers.get();
        }
        return false;
    }

    /** Called once, by the caller that made the call; exactly one argument is present. A failure ends the leader's stay. */
    void complete(@Nullable KeyMaterial key, @Nullable Throwable failure) {
        this.key = key;
        this.failure = failure;
        done.countDown();
        if (key == null) {
            leave();
        }
    }

    void await() throws InterruptedException {
        for (int i = 0; i < SPINS && done.getCount() > 0; i++) {
            Thread.onSpinWait();
        }
        done.await();
    }

    /** After the end: a key for this caller alone, or the failure that all share. */
    KeyMaterial takeAndLeave() {
        KeyMaterial shared = key;
        if (shared == null) {
            leave();
            throw sharedFailure();
        }
        if (callers.compareAndSet(1, 0)) {
            return shared;
        }
        try {
            return shared.copy();
        } finally {
            leave();
        }
    }

    void leave() {
        if (callers.decrementAndGet() == 0 && key != null) {
            key.close();
        }
    }

    private RuntimeException sharedFailure() {
        return failure instanceof VaultException refusal
                ? refusal
                : new IllegalStateException("the root key failed unexpectedly", failure);
    }
}
