package ai.scailabs.vault.crypto.root;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Asks root keys for the same key, each when the one before has failed or has kept silent for too long, and takes what comes first. Keys that come later are wiped. For one
 * use.
 */
final class FirstAnswer {
    private final List<Question> questions;
    private final long headStartNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition told = lock.newCondition();
    private final List<RuntimeException> failures = new ArrayList<>();
    private int asked;
    private boolean over;
    private @Nullable KeyMaterial answer;

    FirstAnswer(List<Question> questions, Duration headStart) {
        this.questions = questions;
        this.headStartNanos = headStart.toNanos();
    }

    /**
     * The key, which the caller closes.
     *
     * @throws VaultException {@code integrity_failure} when all have answered and none opens it; {@code kms_unavailable} when one of them could not be asked
     */
    KeyMaterial get() {
        lock.lock();
        try {
            long left = headStartNanos;
            while (answer == null && failures.size() < questions.size()) {
                if (asked == questions.size()) {
                    told.await();
                } else if (failures.size() == asked || left <= 0) {
                    askNext();
                    left = headStartNanos;
                } else {
                    left = told.awaitNanos(left);
                }
            }
            if (answer == null) {
                throw worst();
            }
            return answer;
        } catch (InterruptedException e) {
            wipe(answer);
            Thread.currentThread().interrupt();
            throw new VaultException(ErrorCode.KMS_UNAVAILABLE, "Interrupted while waiting for the root key", e);
        } finally {
            over = true;
            lock.unlock();
        }
    }

    private void askNext() {
        Question question = questions.get(asked++);
        Thread.ofVirtual().name("root-key").start(() -> ask(question));
    }

    private void ask(Question question) {
        @Nullable KeyMaterial key = null;
        @Nullable RuntimeException failure = null;
        try {
            key = question.ask();
        } catch (RuntimeException e) {
            failure = e;
        } catch (Error e) {
            failure = new IllegalStateException("the root key failed unexpectedly", e);
        }
        lock.lock();
        try {
            if (failure != null) {
                failures.add(failure);
            } else if (over || answer != null) {
                wipe(key);
            } else {
                answer = key;
            }
            told.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static void wipe(@Nullable KeyMaterial key) {
        if (key != null) {
            key.close();
        }
    }

    /** Whoever could not be asked might have opened it. */
    private RuntimeException worst() {
        RuntimeException worst = failures.getFirst();
        for (RuntimeException failure : failures) {
            if (!(failure instanceof VaultException refusal) || refusal.code() != ErrorCode.INTEGRITY_FAILURE) {
                worst = failure;
            }
        }
        return worst;
    }

    /** One root key and what it is asked. */
    @FunctionalInterface
    interface Question {
        KeyMaterial ask();
    }
}
