package ai.scailabs.vault.audit.trail;

import ai.scailabs.vault.kernel.error.VaultException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Proof that an entry is in the trail, or will be once {@link #await()} returns. An answer is not given without one. One thread awaits it, the one that answers.
 */
public final class AuditReceipt {
    private static final Object DURABLE = new Object();
    private static final Object LEFT_OUT = new Object();
    private static final AuditReceipt COMMITTED = new AuditReceipt();

    static {
        COMMITTED.outcome = DURABLE;
    }

    /** Null while unknown, {@link #DURABLE}, {@link #LEFT_OUT}, or the {@link Obstacle}. */
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
        if (!holds()) {
            throw Obstacle.UNAVAILABLE.refusal();
        }
    }

    /**
     * As {@link #await()}, but for no longer than until that moment: the entry may become durable after all.
     *
     * @param nanos by {@link System#nanoTime()}
     */
    public void awaitUntil(long nanos) {
        waiter = Thread.currentThread();
        for (long left = nanos - System.nanoTime(); outcome == null; left = nanos - System.nanoTime()) {
            if (left <= 0 || Thread.currentThread().isInterrupted()) {
                throw Obstacle.UNAVAILABLE.refusal();
            }
            LockSupport.parkNanos(this, left);
        }
        await();
    }

    /**
     * For an entry with a premise: true once it is durable, false when it was not written because the premise no longer held.
     *
     * @throws VaultException as {@link #await()}
     */
    public boolean holds() {
        if (outcome == null) {
            park();
        }
        if (outcome instanceof Obstacle obstacle) {
            throw obstacle.refusal();
        }
        return outcome == DURABLE;
    }

    /** Unless it was left out. */
    void durable() {
        if (outcome == null) {
            end(DURABLE);
        }
    }

    void leftOut() {
        end(LEFT_OUT);
    }

    void failed(Obstacle obstacle) {
        end(obstacle);
    }

    /** Without a timer, which would cost more than all else here: the committer's own waits are bounded, and it tells everybody, whatever happens. */
    private void park() {
        // Set before the outcome is looked at again: whoever sets the outcome after that look sees the thread.
        waiter = Thread.currentThread();
        while (outcome == null) {
            if (Thread.currentThread().isInterrupted()) {
                throw Obstacle.UNAVAILABLE.refusal();
            }
            LockSupport.park(this);
        }
    }

    private void end(Object result) {
        outcome = result;
        LockSupport.unpark(waiter);
    }
}
