package ai.scailabs.vault.persistence.jdbc;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.dao.DataAccessException;

/**
 * Makes changes that many callers want at the same time by one call of the database and one commit. One that the database refuses undoes the whole group, and then each is made alone, so that nobody fails for
 * another. Thread-safe.
 *
 * @param <N> a change that is wanted
 * @param <R> what came of it
 */
public final class GroupedCalls<N, R> implements AutoCloseable {
    private static final int MAX_GROUP = 64;
    private static final int QUEUE_CAPACITY = 4_096;
    /** A database that says nothing, not even no, is noticed by its connections only after longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Call<N, R> call;
    private final GroupCommitter<Waiting<N, R>> committer;
    private final Duration patience;

    /**
     * @param name of the threads, before their number
     * @param groups how many are under way at most
     */
    public GroupedCalls(String name, int groups, Call<N, R> call) {
        this(name, groups, call, PATIENCE);
    }

    GroupedCalls(String name, int groups, Call<N, R> call, Duration patience) {
        this.call = call;
        this.patience = patience;
        this.committer = new GroupCommitter<>(name, groups, QUEUE_CAPACITY, MAX_GROUP, this::commit);
    }

    /**
     * Returns when it is durable; empty when what it depends on is no longer as it was seen.
     *
     * @throws VaultException {@code service_unavailable}, after which nobody knows whether it was made
     */
    public Optional<R> make(N next) {
        Waiting<N, R> waiting = new Waiting<>(next, new CompletableFuture<>());
        if (!committer.offer(waiting)) {
            throw new VaultException(
                    ErrorCode.SERVICE_UNAVAILABLE,
                    "The database cannot keep up with the writes",
                    Map.of("dependency", "database"));
        }
        return switch (waiting.outcome(patience)) {
            case Outcome.Done<R>(Optional<R> result) -> result;
            case Outcome.Undone<R>() -> alone(next);
        };
    }

    /** The same in a commit of its own. */
    public Optional<R> alone(N next) {
        return call.make(List.of(next), true).getFirst();
    }

    /** What waits for a group now. */
    int waiting() {
        return committer.depth();
    }

    private void commit(List<Waiting<N, R>> group) {
        try {
            List<Optional<R>> results =
                    call.make(group.stream().map(Waiting::next).toList(), false);
            for (int i = 0; i < group.size(); i++) {
                group.get(i).future().complete(new Outcome.Done<>(results.get(i)));
            }
        } catch (DataAccessException refused) {
            // The database answered, and has undone all of it.
            group.forEach(waiting -> waiting.future().complete(new Outcome.Undone<>()));
        } catch (Throwable failure) {
            group.forEach(waiting -> waiting.future().completeExceptionally(failure));
        }
    }

    /** Commits what is queued, then stops. */
    @Override
    public void close() {
        committer.close();
    }

    /**
     * Makes all in one commit, or none.
     *
     * @param <N> a change that is wanted
     * @param <R> what came of it
     */
    @FunctionalInterface
    public interface Call<N, R> {
        /**
         * What came of each, in the order of the group; empty for one whose premises do not hold.
         *
         * @param alone nobody else waits for it: it may wait for others as long as any statement may
         */
        List<Optional<R>> make(List<N> group, boolean alone);
    }

    private sealed interface Outcome<R> {
        record Done<R>(Optional<R> result) implements Outcome<R> {}

        /** With its group, perhaps for another's sake. */
        record Undone<R>() implements Outcome<R> {}
    }

    private record Waiting<N, R>(N next, CompletableFuture<Outcome<R>> future) {
        Outcome<R> outcome(Duration patience) {
            try {
                return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException failed) {
                switch (failed.getCause()) {
                    case RuntimeException refusal -> throw refusal;
                    case Error error -> throw error;
                    case null, default -> throw new IllegalStateException("a commit ended in an unknown way", failed);
                }
            } catch (TimeoutException silent) {
                throw unanswered();
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                throw unanswered();
            }
        }

        private static VaultException unanswered() {
            return new VaultException(
                    ErrorCode.SERVICE_UNAVAILABLE,
                    "The database does not answer: whether the change was made is not known",
                    Map.of("dependency", "database"));
        }
    }
}
