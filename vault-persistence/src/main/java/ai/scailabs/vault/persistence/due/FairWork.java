package ai.scailabs.vault.persistence.due;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on several things at a time, of one tenant not on all, so that nobody's slow ones hold up another's; on each once at a time. What finds no room, or fails, is due again when it is looked for. Thread-safe.
 */
public final class FairWork implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FairWork.class);
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_WAIT = Duration.ofMillis(250);

    private final String what;
    private final int atOnce;
    private final int ofATenant;
    private final Consumer<Due> work;
    private final Duration longestClose;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Due> underWay = new HashSet<>();
    private volatile boolean stopping;

    /** @param what is worked on, for the log */
    public FairWork(String what, int atOnce, int ofATenant, Consumer<Due> work) {
        this(what, atOnce, ofATenant, work, LONGEST_CLOSE);
    }

    FairWork(String what, int atOnce, int ofATenant, Consumer<Due> work, Duration longestClose) {
        this.what = what;
        this.atOnce = atOnce;
        this.ofATenant = ofATenant;
        this.work = work;
        this.longestClose = longestClose;
    }

    /** Begins with what is due now, as far as there is room; without room it does not look. Does not wait for it. */
    public void run(Look look) throws SQLException {
        if (isFull()) {
            return;
        }
        for (Due due : look.find(ofATenant)) {
            if (!stopping && entered(due)) {
                threads.execute(() -> work(due));
            }
        }
    }

    /** Begins with whatever is due until nothing is, waiting for room. Does not wait for what it began last. */
    public void runDry(Look look) throws SQLException {
        while (!stopping) {
            awaitRoom();
            List<Due> found = look.find(ofATenant);
            if (found.isEmpty()) {
                return;
            }
            int begun = 0;
            for (Due due : found) {
                if (!stopping && entered(due)) {
                    begun++;
                    threads.execute(() -> work(due));
                }
            }
            if (begun == 0) {
                awaitEnd();
            }
        }
    }

    private void awaitRoom() {
        while (!stopping && isFull()) {
            awaitEnd();
        }
    }

    /** Until something is over, or a moment has gone by. */
    private void awaitEnd() {
        synchronized (underWay) {
            try {
                underWay.wait(LONGEST_WAIT.toMillis());
            } catch (InterruptedException interrupted) {
                stopping = true;
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean isFull() {
        synchronized (underWay) {
            return underWay.size() >= atOnce;
        }
    }

    private boolean entered(Due due) {
        synchronized (underWay) {
            long same = underWay.stream()
                    .filter(each -> each.tenant().equals(due.tenant()))
                    .count();
            return underWay.size() < atOnce && same < ofATenant && underWay.add(due);
        }
    }

    private void work(Due due) {
        try {
            work.accept(due);
        } catch (RuntimeException failure) {
            LOG.warn("{} of {} is tried again later", what, due.tenant(), failure);
        } finally {
            synchronized (underWay) {
                underWay.remove(due);
                underWay.notifyAll();
            }
        }
    }

    /** For work in steps: whether the next one is left to another instance. */
    public boolean isStopping() {
        return stopping;
    }

    /** Begins with nothing more. */
    public void stop() {
        stopping = true;
    }

    /** Waits a moment for what is under way, and interrupts it then. */
    @Override
    public void close() {
        stopping = true;
        threads.shutdown();
        try {
            if (!threads.awaitTermination(longestClose.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** Says what is due, whoever's has waited longest first. */
    @FunctionalInterface
    public interface Look {
        /** @param ofATenant more of one tenant have no room */
        List<Due> find(int ofATenant) throws SQLException;
    }
}
