package ai.scailabs.vault.kms.call;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Makes calls of one key service, each on a thread of its own, so that whatever a vendor's library does, its caller is answered within the patience. A call that meets throttling or a
 * fault is made again, three times in all, after a pause with jitter, or the one that the service asks for; never longer than the patience. Thread-safe.
 *
 * <p>A call that came too late is not broken off at once: it may be fetching the token that the next one needs. What it brings then is discarded.
 */
public final class PatientCalls {
    private static final int TRIES = 3;
    private static final int MOST_AT_ONCE = 256;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(40);
    private static final Duration UNTIL_BROKEN_OFF = Duration.ofSeconds(10);

    private final String service;
    private final Duration patience;
    private final RandomGenerator random;
    private final Semaphore room = new Semaphore(MOST_AT_ONCE);

    /**
     * @param service for messages to callers
     * @param patience how long a caller waits for an answer, further tries included
     */
    public PatientCalls(String service, Duration patience, RandomGenerator random) {
        this.service = service;
        this.patience = patience;
        this.random = random;
    }

    /**
     * What the call brings.
     *
     * @param call made on another thread, several times, never after the patience has ended
     * @param end what to do on that thread when no further try is made
     * @param discard takes what came too late
     * @throws VaultException {@code kms_unavailable} when there was no answer in time, or trouble; or what the call itself threw
     */
    public <T> T make(Call<T> call, Runnable end, Consumer<T> discard) {
        long begin = System.nanoTime();
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            if (!room.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                end.run();
                throw unavailable("has too many calls waiting");
            }
            Thread worker = Thread.ofVirtual().name("kms-call").start(() -> {
                try {
                    T value = tried(call, begin);
                    if (!answer.complete(value)) {
                        discard.accept(value);
                    }
                } catch (Throwable failure) {
                    answer.completeExceptionally(failure);
                } finally {
                    end.run();
                    room.release();
                }
            });
            return awaited(answer, worker, begin);
        } catch (InterruptedException e) {
            end.run();
            Thread.currentThread().interrupt();
            throw unavailable("was not waited for");
        }
    }

    private <T> T awaited(CompletableFuture<T> answer, Thread worker, long begin) {
        try {
            return answer.get(Math.max(0, left(begin).toNanos()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            throw failure(failed.getCause() == null ? failed : failed.getCause());
        } catch (TimeoutException late) {
            return given(answer, worker, unavailable("did not answer within " + patience.toMillis() + " ms"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return given(answer, worker, unavailable("was not waited for"));
        }
    }

    /** The answer, if it came this moment; else nobody gets it any more. */
    private <T> T given(CompletableFuture<T> answer, Thread worker, VaultException late) {
        if (answer.completeExceptionally(late)) {
            CompletableFuture.delayedExecutor(UNTIL_BROKEN_OFF.toMillis(), TimeUnit.MILLISECONDS, Runnable::run)
                    .execute(worker::interrupt);
            throw late;
        }
        try {
            return answer.resultNow();
        } catch (IllegalStateException failed) {
            throw failure(answer.exceptionNow());
        }
    }

    private <T> T tried(Call<T> call, long begin) throws ServiceTrouble, InterruptedException {
        for (int tries = 1; ; tries++) {
            try {
                return call.make(left(begin));
            } catch (ServiceTrouble trouble) {
                Duration pause = pause(trouble, tries);
                if (!trouble.isPassing() || tries == TRIES || pause.compareTo(left(begin)) >= 0) {
                    throw trouble;
                }
                Thread.sleep(pause);
            }
        }
    }

    private Duration pause(ServiceTrouble trouble, int tries) {
        long longest = FIRST_PAUSE.toNanos() << tries;
        Duration jitter = Duration.ofNanos(random.nextLong(longest / 2, longest));
        return trouble.pause().map(asked -> asked.plus(jitter)).orElse(jitter);
    }

    private Duration left(long begin) {
        return patience.minusNanos(System.nanoTime() - begin);
    }

    private VaultException failure(Throwable cause) {
        if (cause instanceof VaultException refusal) {
            return refusal;
        }
        if (cause instanceof ServiceTrouble trouble) {
            return new VaultException(ErrorCode.KMS_UNAVAILABLE, service + " does not serve", trouble);
        }
        return new VaultException(
                ErrorCode.KMS_UNAVAILABLE,
                service + " does not serve",
                ServiceTrouble.lasting(ServiceTrouble.kinds(cause)));
    }

    private VaultException unavailable(String what) {
        return new VaultException(ErrorCode.KMS_UNAVAILABLE, service + " " + what);
    }

    /** One try. */
    @FunctionalInterface
    public interface Call<T> {
        /** @param left of the patience; may be zero or less */
        T make(Duration left) throws ServiceTrouble;
    }
}
