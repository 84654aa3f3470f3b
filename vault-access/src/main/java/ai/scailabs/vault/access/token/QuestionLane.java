package ai.scailabs.vault.access.token;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Lets through so many questions at once and so many in a second; who waits for longer than a second is refused. Thread-safe. */
final class QuestionLane {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);
    private static final int COUNT_BITS = 32;

    private final Semaphore places;
    private final int perSecond;
    /** The second, and how many questions began in it. */
    private final AtomicLong window = new AtomicLong();

    QuestionLane(int atOnce, int perSecond) {
        this.places = new Semaphore(atOnce);
        this.perSecond = perSecond;
    }

    /** @throws ai.scailabs.vault.kernel.error.VaultException {@code service_unavailable} */
    Place enter(long nowMillis) throws InterruptedException {
        if (!countsWithin(nowMillis / 1_000) || !places.tryAcquire(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw PersonalTokens.unavailable();
        }
        return places::release;
    }

    private boolean countsWithin(long second) {
        long seen = window.updateAndGet(known -> known >>> COUNT_BITS == (second & 0xffff_ffffL)
                ? Math.min(known + 1, known | 0x7fff_ffffL)
                : second << COUNT_BITS | 1);
        return (seen & 0xffff_ffffL) <= perSecond;
    }

    /** To be given back. */
    @FunctionalInterface
    interface Place extends AutoCloseable {
        @Override
        void close();
    }
}
