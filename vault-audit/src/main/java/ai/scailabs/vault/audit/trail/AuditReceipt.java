package ai.scailabs.vault.audit.trail;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Proof that an entry is in the trail, or will be once {@link #await()} returns. An answer is not given without one. One thread awaits it, the one that answers.
 */
public final class AuditReceipt {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(12);
    private static final Object DURABLE = new Object();
    private static final AuditReceipt COMMITTED = new AuditReceipt();

    static {
        COMMITTED.outcome = DURABLE;
    }

    /** Null while unknown, {@link #DURABLE}, or the failure. */
    private volatile @Nullable Object outcome;

    private volatile @Nullable Thread waiter;

    AuditReceipt() {}

    /** For an entry that was written in the transaction of the change that it records, which has been committed. */
    public static AuditReceipt ofCommittedChange() {
        return COMMITTED;
    }

    /**
     * Returns when the entry is durable.
     *
     * @throws VaultException {@code service_unavailable} when it is not, or not known to be
     */
    public void await() {
        if (outcome == null) {
            park();
        }
        if (outcome != DURABLE) {
            throw unavailable(outcome instanceof Throwable failure ? failure : new TimeoutException());
        }
    }

    void durable() {
        end(DURABLE);
    }

    void failed(Throwable failure) {
        end(failure);
    }

    private void park() {
        // Set before the outcome is looked at again: whoever sets the outcome after that look sees the thread.
        waiter = Thread.currentThread();
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (outcome == null) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return;
            }
            if (Thread.currentThread().isInterrupted()) {
                throw unavailable(new InterruptedException());
            }
            LockSupport.parkNanos(this, left);
        }
    }

    private void end(Object result) {
        outcome = result;
        LockSupport.unpark(waiter);
    }

    private static VaultException unavailable(Throwable cause) {
        return new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE, "The audit log cannot take the entry, so nothing is answered", cause);
    }
}
