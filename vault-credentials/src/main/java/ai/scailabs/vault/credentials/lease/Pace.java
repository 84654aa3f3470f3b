package ai.scailabs.vault.credentials.lease;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** So many a second and no more, of whoever waits: what is done beside requests leaves the processors to these. Thread-safe. */
final class Pace {
    private final long interval;
    private long next = System.nanoTime();

    /** @param perSecond at least one */
    Pace(int perSecond) {
        this.interval = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    /** Until it is one's turn; nobody has turns that were not taken. */
    void await() {
        long turn = reserved();
        for (long left = turn - System.nanoTime(); left > 0; left = turn - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }

    private synchronized long reserved() {
        long now = System.nanoTime();
        long turn = next - now > 0 ? next : now;
        next = turn + interval;
        return turn;
    }
}
