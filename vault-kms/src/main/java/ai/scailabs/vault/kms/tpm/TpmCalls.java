package ai.scailabs.vault.kms.tpm;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kms.credential.CredentialFile;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the calls of one key, one after the other as a TPM does them, on a thread of its own, since a command that hangs in the kernel cannot be broken off. The connection
 * is kept between calls. A call that fails on it is tried once more on a new one: so the TPM may go and come back. Thread-safe.
 */
final class TpmCalls implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TpmCalls.class);
    private static final int QUEUE_CAPACITY = 1_024;
    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(1);
    private static final byte[] PROBE = "scaivault tpm root key probe v1".getBytes(StandardCharsets.US_ASCII);

    private final TpmProperties where;
    private final SecureRandom random;
    private final CredentialFile auth;
    private final ThreadPoolExecutor thread;
    /** The thread's own, as is what follows. */
    private @Nullable TpmLink link;

    private byte[] name = new byte[0];

    private TpmCalls(TpmProperties where, SecureRandom random) {
        this.where = where;
        this.random = random;
        this.auth = CredentialFile.ofBytes(where.authFile(), "auth value", "TPM");
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(QUEUE_CAPACITY),
                Thread.ofPlatform().name("tpm-", 0).daemon().factory());
    }

    /** Finds the key and has it used once, so that it is known to serve. */
    static TpmCalls open(TpmProperties where, SecureRandom random) throws TpmUnavailable {
        TpmCalls calls = new TpmCalls(where, random);
        try {
            calls.waited(calls::first);
            return calls;
        } catch (TpmUnavailable problem) {
            calls.close();
            throw problem;
        }
    }

    /** What the TPM calls the key. */
    byte[] name() {
        return name.clone();
    }

    /**
     * What the key makes of the message, 32 bytes; the caller wipes them.
     *
     * @throws VaultException {@code kms_unavailable} when the TPM did not answer in time, or cannot be used
     */
    byte[] hmac(byte[] message) {
        try {
            return waited(deadline -> attempt(message, deadline));
        } catch (TpmUnavailable problem) {
            // What is wrong with it, with paths and names, is for the log.
            throw new VaultException(ErrorCode.KMS_UNAVAILABLE, "The TPM cannot be used", problem);
        }
    }

    private byte[] waited(Work work) throws TpmUnavailable {
        // Begins with the work: who waited long for the others' turns must not leave a command half done.
        Future<byte[]> answer = submit(() -> work.until(Deadline.in(where.patience())));
        try {
            return answer.get(where.patience().toMillis(), TimeUnit.MILLISECONDS);
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

    private Future<byte[]> submit(Callable<byte[]> call) throws TpmUnavailable {
        try {
            return thread.submit(call);
        } catch (RejectedExecutionException full) {
            throw new TpmUnavailable("the TPM takes no more calls now", full);
        }
    }

    private byte[] first(Deadline deadline) throws TpmUnavailable {
        TpmLink opened = TpmLink.open(where, random, deadline);
        name = opened.key().name();
        return onNew(opened, PROBE, deadline);
    }

    private byte[] attempt(byte[] message, Deadline deadline) throws TpmUnavailable {
        TpmLink kept = link;
        if (kept != null) {
            try {
                return kept.hmacAgain(auth, message, deadline);
            } catch (TpmUnavailable failure) {
                giveUp(kept, failure);
                LOG.warn("The connection with the TPM is of no use any more: {}", failure.getMessage());
                if (deadline.isOver()) {
                    throw failure;
                }
            }
        }
        return onNew(openSame(deadline), message, deadline);
    }

    /** Unless what failed says nothing about the connection. */
    private void giveUp(TpmLink kept, TpmUnavailable failure) throws TpmUnavailable {
        if (failure instanceof AuthValueUnusable || failure instanceof TpmRefusal refusal && refusal.isOfTheMoment()) {
            throw failure;
        }
        link = null;
        if (failure instanceof TpmRefusal) {
            kept.end();
        } else {
            kept.close();
        }
    }

    private byte[] onNew(TpmLink opened, byte[] message, Deadline deadline) throws TpmUnavailable {
        boolean serves = false;
        try {
            byte[] answer = opened.hmac(auth, message, deadline);
            serves = true;
            link = opened;
            return answer;
        } finally {
            if (!serves) {
                opened.end();
            }
        }
    }

    private TpmLink openSame(Deadline deadline) throws TpmUnavailable {
        TpmLink opened = TpmLink.open(where, random, deadline);
        if (!opened.key().isNamed(name)) {
            opened.end();
            throw new TpmUnavailable("another key lies at " + where.key() + " now: " + opened.key() + ", and not "
                    + HexFormat.of().formatHex(name));
        }
        return opened;
    }

    @Override
    public void close() {
        thread.getQueue().clear();
        try {
            thread.execute(this::end);
        } catch (RejectedExecutionException closed) {
            LOG.debug("the calls of the TPM were closed already");
        }
        thread.shutdown();
        try {
            if (!thread.awaitTermination(LONGEST_FAREWELL.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.info("A command still hangs in the TPM");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end() {
        TpmLink kept = link;
        link = null;
        if (kept != null) {
            kept.end();
        }
    }

    /** One use of the TPM, on its thread. */
    @FunctionalInterface
    private interface Work {
        byte[] until(Deadline deadline) throws TpmUnavailable;
    }
}
