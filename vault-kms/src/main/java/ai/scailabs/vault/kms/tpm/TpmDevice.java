package ai.scailabs.vault.kms.tpm;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TPM, which a process uses over one connection, however many keys it uses in it, and from one thread of its own: a TPM does one thing at a time, one in software serves one connection, and a command that
 * hangs in the kernel cannot be broken off. The connection is kept between calls. A call that fails on it is tried once more on a new one: so the TPM may go and come back. Thread-safe.
 */
final class TpmDevice {
    private static final Logger LOG = LoggerFactory.getLogger(TpmDevice.class);
    private static final int QUEUE_CAPACITY = 1_024;
    private static final Duration IDLE = Duration.ofSeconds(5);
    private static final Duration FAREWELL = Duration.ofSeconds(1);
    private static final ConcurrentMap<TpmAddress, TpmDevice> KNOWN = new ConcurrentHashMap<>();

    private final TpmAddress address;
    private final SecureRandom random;
    private final ThreadPoolExecutor thread;
    private final AtomicInteger users = new AtomicInteger();
    /** The thread's own. */
    private @Nullable TpmLink link;

    private TpmDevice(TpmAddress address, SecureRandom random) {
        this.address = address;
        this.random = random;
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                IDLE.toMillis(),
                TimeUnit.MILLISECONDS,
                new ArrayBlockingQueue<>(QUEUE_CAPACITY),
                Thread.ofPlatform().name("tpm-", 0).daemon().factory());
        thread.allowCoreThreadTimeOut(true);
    }

    static TpmDevice at(TpmAddress address, SecureRandom random) {
        return KNOWN.computeIfAbsent(address, its -> new TpmDevice(its, random));
    }

    /** Has a key found and used for the first time; whoever did so leaves in the end. */
    byte[] enter(Use first, Duration patience) throws TpmUnavailable {
        users.incrementAndGet();
        boolean entered = false;
        try {
            byte[] answer = call(first, patience);
            entered = true;
            return answer;
        } finally {
            if (!entered) {
                left();
            }
        }
    }

    /** The last one to leave ends the connection, also if that takes longer than is waited for. */
    void leave() {
        try {
            left().get(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException hangs) {
            LOG.info("The TPM is still busy with what it was asked before");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Future<?> left() {
        users.decrementAndGet();
        try {
            return thread.submit(() -> {
                if (users.get() == 0) {
                    end();
                }
            });
        } catch (RejectedExecutionException full) {
            return CompletableFuture.failedFuture(full);
        }
    }

    /** @throws TpmUnavailable when the TPM did not answer in time, or cannot be used */
    byte[] call(Use use, Duration patience) throws TpmUnavailable {
        Future<byte[]> answer = submit(use, patience);
        try {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            answer.cancel(false);
            throw Transport.late();
        } catch (InterruptedException e) {
            answer.cancel(false);
            Thread.currentThread().interrupt();
            throw new TpmUnavailable("the TPM was not waited for");
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof TpmUnavailable problem) {
                throw problem;
            }
            throw new IllegalStateException("a call of the TPM failed unexpectedly", failed.getCause());
        }
    }

    /** The deadline begins with the work: who waited long for the others' turns must not leave a command half done. */
    private Future<byte[]> submit(Use use, Duration patience) throws TpmUnavailable {
        try {
            return thread.submit(() -> attempt(use, Deadline.in(patience)));
        } catch (RejectedExecutionException full) {
            throw new TpmUnavailable("too many calls wait for the TPM", full);
        }
    }

    private byte[] attempt(Use use, Deadline deadline) throws TpmUnavailable {
        TpmLink kept = link;
        if (kept != null) {
            try {
                return use.on(kept, false, deadline);
            } catch (TpmUnavailable failure) {
                if (!failure.concernsConnection()) {
                    throw failure;
                }
                end();
                LOG.warn("The connection with the TPM is of no use any more: {}", failure.getMessage());
                if (deadline.isOver()) {
                    throw failure;
                }
            }
        }
        TpmLink opened = TpmLink.open(address, random, deadline);
        link = opened;
        boolean serves = false;
        try {
            byte[] answer = use.on(opened, true, deadline);
            serves = true;
            return answer;
        } finally {
            if (!serves) {
                end();
            }
        }
    }

    private void end() {
        TpmLink kept = link;
        link = null;
        if (kept != null) {
            kept.end();
        }
    }

    /** What is done on a connection, which is new, or may be old. */
    @FunctionalInterface
    interface Use {
        byte[] on(TpmLink link, boolean isNew, Deadline deadline) throws TpmUnavailable;
    }
}
