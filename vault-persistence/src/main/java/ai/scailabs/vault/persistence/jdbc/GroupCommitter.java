package ai.scailabs.vault.persistence.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Commits together what many callers bring at the same time. A thread takes one, and with it whatever else is queued, commits all, and goes on: no timer and no lingering, so
 * that a lone caller waits for one commit only, and the size of a group settles by itself. Bounded. Thread-safe.
 *
 * @param <W> what a caller waits for
 */
public final class GroupCommitter<W> implements AutoCloseable {
    private static final long LOOK_FOR_CLOSE_MILLIS = 200;
    private static final long LONGEST_CLOSE_SECONDS = 15;

    private final ArrayBlockingQueue<W> queue;
    private final int maxGroup;
    private final Consumer<List<W>> commit;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closing;

    /**
     * @param name of the threads, before their number
     * @param threads how many groups are under way at most
     * @param commit tells everybody in the group what came of it, whatever happens, and throws nothing; keeps none of the list
     */
    public GroupCommitter(String name, int threads, int capacity, int maxGroup, Consumer<List<W>> commit) {
        this.queue = new ArrayBlockingQueue<>(capacity);
        this.maxGroup = maxGroup;
        this.commit = commit;
        for (int i = 0; i < threads; i++) {
            this.threads.add(Thread.ofPlatform().name(name + "-" + i).daemon().start(this::commitUntilClosed));
        }
    }

    /** Queues it and returns at once; false when the queue is full or closed, and nobody will tell. */
    public boolean offer(W waiting) {
        return !closing && queue.offer(waiting);
    }

    /** What waits for a group now. */
    public int depth() {
        return queue.size();
    }

    private void commitUntilClosed() {
        List<W> group = new ArrayList<>();
        while (!closing || !queue.isEmpty()) {
            W first = next();
            if (first == null) {
                continue;
            }
            group.add(first);
            queue.drainTo(group, maxGroup - 1);
            commit.accept(group);
            group.clear();
        }
    }

    private @Nullable W next() {
        try {
            return queue.poll(LOOK_FOR_CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException closed) {
            return null;
        }
    }

    /** Commits what is queued, then stops. */
    @Override
    public void close() {
        closing = true;
        try {
            for (Thread thread : threads) {
                thread.join(TimeUnit.SECONDS.toMillis(LONGEST_CLOSE_SECONDS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
