package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteVault;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Another vault that is asked not more often than it allows, waited for when it asks for that, and asked again after what may pass. Thread-safe; a call waits on its thread. */
final class PacedVault implements AutoCloseable {
    private static final int TRIES = 3;
    /** When it asks to come later, and does not say when. */
    private static final int PATIENT_TRIES = 6;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    /** Whoever is asked to wait longer gives the run back. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final RemoteVault vault;
    private final long spacing;
    /** When the next call may begin. */
    private final AtomicLong next = new AtomicLong(System.nanoTime());

    PacedVault(RemoteVault vault, int callsPerSecond) {
        this.vault = vault;
        this.spacing = TimeUnit.SECONDS.toNanos(1) / callsPerSecond;
    }

    /** @throws RemoteException when it does not serve after some tries, or not so soon */
    <T> T call(Work<T> work) throws RemoteException {
        Duration pause = FIRST_PAUSE;
        for (int tries = 1; ; tries++) {
            await();
            try {
                return work.of(vault);
            } catch (RemoteException failed) {
                boolean throttled = failed.failure() == RemoteFailure.THROTTLED;
                Duration wished = failed.retryAfter() == null ? pause : failed.retryAfter();
                // Whoever is silent for so long would hold up others by being asked again.
                if (!failed.failure().isOutage()
                        || failed.failure() == RemoteFailure.TIMED_OUT
                        || tries >= (throttled ? PATIENT_TRIES : TRIES)
                        || wished.compareTo(LONGEST_PAUSE) > 0) {
                    throw failed;
                }
                if (throttled) {
                    // All who ask wait, not only this one.
                    next.accumulateAndGet(System.nanoTime() + wished.toNanos(), PacedVault::later);
                } else {
                    sleep(wished.toNanos());
                }
                pause = pause.multipliedBy(2);
            }
        }
    }

    private void await() throws RemoteException {
        long now = System.nanoTime();
        long mine = next.getAndUpdate(planned -> later(planned, now) + spacing);
        sleep(later(mine, now) - now);
    }

    private static long later(long one, long other) {
        return one - other > 0 ? one : other;
    }

    private static void sleep(long nanos) throws RemoteException {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RemoteException(RemoteFailure.TIMED_OUT, "it was not waited for");
        }
    }

    @Override
    public void close() {
        vault.close();
    }

    /** What is asked of it. */
    @FunctionalInterface
    interface Work<T> {
        T of(RemoteVault vault) throws RemoteException;
    }
}
