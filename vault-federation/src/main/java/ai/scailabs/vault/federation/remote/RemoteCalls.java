package ai.scailabs.vault.federation.remote;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Makes calls of one vault, each on a thread of its own, so that whatever a vendor's library does, its caller is answered in time; what comes later is discarded. A request that meets throttling or a fault of the vault is made
 * once more, after the pause that the vault asks for, if both fit. Thread-safe.
 */
public final class RemoteCalls {
    private static final int LISTING = 3;
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Set<RemoteFailure> PASSING =
            Set.of(RemoteFailure.THROTTLED, RemoteFailure.SERVER_ERROR, RemoteFailure.UNREACHABLE);

    private final Duration patience;

    /** @param patience the most that a call may take, whatever it does; one that pages may take three times as much */
    public RemoteCalls(Duration patience) {
        this.patience = patience;
    }

    /** What the call brings, within the patience. */
    public <T> T once(Call<T> call) throws RemoteException {
        return within(patience, call);
    }

    /** What a call brings that pages. */
    public <T> T paging(Call<T> call) throws RemoteException {
        return within(patience.multipliedBy(LISTING), call);
    }

    private static <T> T within(Duration whole, Call<T> call) throws RemoteException {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Turn turn = new Turn(System.nanoTime() + whole.toNanos());
        Thread worker = Thread.ofVirtual().name("remote-vault").start(() -> work(call, turn, answer));
        try {
            return answer.get(Math.max(0, turn.left().toNanos()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            throw failure(failed.getCause());
        } catch (TimeoutException late) {
            return given(answer, worker, "no answer within " + whole.toMillis() + " ms");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return given(answer, worker, "it was not waited for");
        }
    }

    private static <T> void work(Call<T> call, Turn turn, CompletableFuture<T> answer) {
        try {
            T value = call.make(turn);
            if (!answer.complete(value)) {
                forget(value);
            }
        } catch (Throwable failed) {
            answer.completeExceptionally(failed);
        }
    }

    private static void forget(@Nullable Object late) {
        if (late instanceof RemoteSecret secret) {
            secret.close();
        } else if (late instanceof RemoteCopy copy) {
            copy.close();
        }
    }

    /** The answer, if it came this moment; else nobody gets it any more, and what it waits for ends. */
    private static <T> T given(CompletableFuture<T> answer, Thread worker, String why) throws RemoteException {
        RemoteException late = new RemoteException(RemoteFailure.TIMED_OUT, why);
        if (answer.completeExceptionally(late)) {
            worker.interrupt();
            throw late;
        }
        if (answer.isCompletedExceptionally()) {
            throw failure(answer.exceptionNow());
        }
        return answer.resultNow();
    }

    private static RemoteException failure(@Nullable Throwable failed) {
        if (failed instanceof RemoteException known) {
            // The stack is the caller's here: that of the worker ends in the thread's beginning.
            return new RemoteException(known.failure(), String.valueOf(known.getMessage()), known.retryAfter());
        }
        if (failed instanceof Error fault && !(failed instanceof StackOverflowError)) {
            throw fault;
        }
        return Unanswered.of(failed);
    }

    /** What is asked. */
    @FunctionalInterface
    public interface Call<T> {
        /** @param turn makes its requests */
        T make(Turn turn) throws RemoteException;
    }

    /** One request, which may be made twice. */
    @FunctionalInterface
    public interface Request<T> {
        T make() throws RemoteException;
    }

    /** The time of one call. */
    public static final class Turn {
        private final long end;

        private Turn(long end) {
            this.end = end;
        }

        Duration left() {
            return Duration.ofNanos(end - System.nanoTime());
        }

        public <T> T ask(Request<T> request) throws RemoteException {
            try {
                return request.make();
            } catch (RemoteException failed) {
                Duration asked = failed.retryAfter();
                Duration pause = asked == null || asked.compareTo(PAUSE) < 0 ? PAUSE : asked;
                if (!PASSING.contains(failed.failure()) || pause.compareTo(left()) >= 0) {
                    throw failed;
                }
                return again(request, pause);
            }
        }

        private static <T> T again(Request<T> request, Duration pause) throws RemoteException {
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RemoteException(RemoteFailure.TIMED_OUT, "it was not waited for");
            }
            return request.make();
        }
    }
}
