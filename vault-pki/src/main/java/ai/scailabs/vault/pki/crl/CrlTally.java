package ai.scailabs.vault.pki.crl;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** What this instance has done about lists since it started, for whoever watches it. Thread-safe. */
public final class CrlTally {
    private final LongAdder made = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder entries = new LongAdder();
    private final LongAdder nanos = new LongAdder();

    void made(long entriesOfAll, Duration took) {
        made.increment();
        entries.add(entriesOfAll);
        nanos.add(took.toNanos());
    }

    void failed() {
        failed.increment();
    }

    void lost() {
        lost.increment();
    }

    /** How often all lists of an authority were made. */
    public long madeCount() {
        return made.sum();
    }

    public long failedCount() {
        return failed.sum();
    }

    /** Begun here, and then another instance's, as this one was held up for longer than its lease. */
    public long lostCount() {
        return lost.sum();
    }

    /** On all lists that were made. */
    public long entryCount() {
        return entries.sum();
    }

    /** What {@link #madeCount} took, together. */
    public long nanos() {
        return nanos.sum();
    }
}
