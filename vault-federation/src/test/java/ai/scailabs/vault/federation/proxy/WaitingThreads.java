package ai.scailabs.vault.federation.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/** Threads of which one can tell that they wait. */
final class WaitingThreads {
    private static final long PATIENCE_NANOS = Duration.ofSeconds(10).toNanos();

    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    <T> Future<T> submit(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        threads.add(Thread.ofPlatform().daemon().start(task));
        return task;
    }

    /** Returns when so many of them wait for something. */
    void awaitWaiting(int count) {
        long begun = System.nanoTime();
        while (threads.stream().filter(WaitingThreads::waits).count() < count) {
            assertThat(System.nanoTime() - begun).isLessThan(PATIENCE_NANOS);
            Thread.onSpinWait();
        }
    }

    private static boolean waits(Thread thread) {
        return switch (thread.getState()) {
            case WAITING, TIMED_WAITING -> true;
            case NEW, RUNNABLE, BLOCKED, TERMINATED -> false;
        };
    }
}
