package ai.scailabs.vault.federation.sync;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets nobody else take a run while its turn is under way: whoever is killed holds it for half a minute more. Thread-safe. */
final class CopyLease implements AutoCloseable {
    static final Duration HELD = Duration.ofSeconds(30);
    private static final Logger LOG = LoggerFactory.getLogger(CopyLease.class);
    private static final Duration EVERY = Duration.ofSeconds(8);

    private final CopyRun run;
    private final RunRepository runs;
    private final Clock clock;
    private final Thread beat;
    private volatile boolean lost;
    private volatile boolean closed;

    CopyLease(CopyRun run, RunRepository runs, Clock clock) {
        this.run = run;
        this.runs = runs;
        this.clock = clock;
        this.beat = Thread.ofVirtual().name("federation-lease").start(this::beat);
    }

    /** Never interrupted: that would close the connection on which it is heard of. */
    private void beat() {
        long next = System.nanoTime() + EVERY.toNanos();
        while (!closed && !lost) {
            long left = next - System.nanoTime();
            if (left > 0) {
                LockSupport.parkNanos(this, left);
                continue;
            }
            next = System.nanoTime() + EVERY.toNanos();
            try {
                lost = !runs.extend(run, until());
            } catch (RuntimeException failure) {
                // Another may take it when that lasts; then the next note says so.
                LOG.debug("the lease of {} was not extended", run.backend(), failure);
            }
        }
    }

    boolean isLost() {
        return lost;
    }

    Instant until() {
        return now().plus(HELD);
    }

    /** As the database keeps it. */
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(beat);
    }
}
