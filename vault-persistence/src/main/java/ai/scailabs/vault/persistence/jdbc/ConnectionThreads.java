package ai.scailabs.vault.persistence.jdbc;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Platform threads for work that holds a connection, as many as there are connections. A request's virtual thread parks once for the whole work, where it would
 * otherwise wait for the connection and for each answer of the database, each with a timer and over the pollers: twice the CPU time. Work waits in order; what has waited for
 * too long is refused. Thread-safe.
 */
public final class ConnectionThreads implements AutoCloseable {
    private static final int QUEUE_CAPACITY = 4_096;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    private final ArrayBlockingQueue<Work<?>> queue = new ArrayBlockingQueue<>(QUEUE_CAPACITY);
    private final ThreadGroup threads;
    private final int size;
    private final AtomicInteger busy = new AtomicInteger();

    /** @param name of the threads, before their number */
    public ConnectionThreads(String name, int count) {
        this.threads = new ThreadGroup(name);
        this.size = count;
        for (int i = 0; i < count; i++) {
            start(name + "-" + i, this::serve);
        }
        start(name + "-watch", this::refuseWhatWaits);
    }

    private void start(String name, Runnable task) {
        Thread thread = new Thread(threads, task, name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Runs the work on one of the threads and returns or throws what it does; at once when the caller is such a thread.
     *
     * @throws VaultException {@code service_unavailable} when it does not begin within three seconds
     */
    public <T> T call(Supplier<T> work) {
        if (Thread.currentThread().getThreadGroup() == threads) {
            return work.get();
        }
        Work<T> waiting = new Work<>(work, System.nanoTime());
        if (!queue.offer(waiting)) {
            throw busy();
        }
        try {
            return waiting.outcome.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException refusal) {
                throw refusal;
            }
            if (failed.getCause() instanceof Error error) {
                throw error;
            }
            throw failed;
        }
    }

    public int size() {
        return size;
    }

    /** Threads that wait for work now. */
    public int idle() {
        return size - busy.get();
    }

    /** Work that waits for a thread now. */
    public int waiting() {
        return queue.size();
    }

    private void serve() {
        try {
            while (true) {
                Work<?> next = queue.take();
                busy.incrementAndGet();
                next.run();
                busy.decrementAndGet();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Also while every thread is held up: a database that does not answer keeps its callers waiting for no longer than this. */
    private void refuseWhatWaits() {
        try {
            while (true) {
                Thread.sleep(LOOK_EVERY);
                Work<?> oldest = queue.peek();
                while (oldest != null && oldest.waitsLongerThan(LONGEST_WAIT) && queue.remove(oldest)) {
                    oldest.outcome.completeExceptionally(busy());
                    oldest = queue.peek();
                }
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private static VaultException busy() {
        return new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE,
                "The database cannot serve the request",
                Map.of("dependency", "database"));
    }

    /** Ends the threads; what still waits is refused. */
    @Override
    public void close() {
        threads.interrupt();
        for (Work<?> waiting = queue.poll(); waiting != null; waiting = queue.poll()) {
            waiting.outcome.completeExceptionally(busy());
        }
    }

    private static final class Work<T> {
        private final Supplier<T> task;
        private final long sinceNanos;
        private final CompletableFuture<T> outcome = new CompletableFuture<>();

        Work(Supplier<T> task, long sinceNanos) {
            this.task = task;
            this.sinceNanos = sinceNanos;
        }

        void run() {
            try {
                outcome.complete(task.get());
            } catch (Throwable failure) {
                outcome.completeExceptionally(failure);
            }
        }

        boolean waitsLongerThan(Duration limit) {
            return System.nanoTime() - sinceNanos > limit.toNanos();
        }
    }
}
