package ai.scailabs.vault.credentials.lease;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;

/** So many a second and no more, of whoever waits, and fewer while the processors are busy: what is done beside requests leaves these to them. Thread-safe. */
final class Pace {
    /** Of all processors. Beyond it, requests wait for each other. */
    private static final double BUSY = 0.75;

    private static final long LOOKED_AT_EVERY = TimeUnit.SECONDS.toNanos(1);

    private final long calm;
    private final long busy;
    private final DoubleSupplier load;
    private long interval;
    private long next = System.nanoTime();
    private long look = next;

    /**
     * @param calm how many a second, at least one
     * @param busy how many a second while most of the processors' time is taken, at least one
     * @param load how much of it is, between 0 and 1; negative when nobody knows
     */
    Pace(int calm, int busy, DoubleSupplier load) {
        this.calm = TimeUnit.SECONDS.toNanos(1) / calm;
        this.busy = TimeUnit.SECONDS.toNanos(1) / busy;
        this.load = load;
        this.interval = this.busy;
    }

    /** Of this machine, or of what its container is given, by whichever process. */
    static DoubleSupplier processors() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)::getCpuLoad;
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
        if (now - look >= 0) {
            double taken = load.getAsDouble();
            // It is said of the time since somebody asked last: long ago, that says nothing of now.
            boolean recent = now - look < LOOKED_AT_EVERY;
            interval = recent && taken >= 0 && taken < BUSY ? calm : busy;
            look = now + LOOKED_AT_EVERY;
        }
        long turn = next - now > 0 ? next : now;
        next = turn + interval;
        return turn;
    }
}
