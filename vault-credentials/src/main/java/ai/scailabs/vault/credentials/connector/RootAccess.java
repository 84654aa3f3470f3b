package ai.scailabs.vault.credentials.connector;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The root login of a target, for as many calls at once as are allowed. Thread-safe. */
public final class RootAccess implements AutoCloseable {
    private final Semaphore turns;
    private final TargetLimits limits;
    private Login root;
    private boolean closed;

    /** @param root becomes this one's */
    public RootAccess(Login root, TargetLimits limits) {
        this.root = root;
        this.limits = limits;
        this.turns = new Semaphore(limits.connections(), true);
    }

    /** Does it with a copy of the login, which ends with it. */
    public <T extends @Nullable Object> T use(Work<T> work) throws TargetException {
        boolean turn;
        try {
            turn = turns.tryAcquire(limits.connect().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new TargetException(TargetFailure.UNREACHABLE);
        }
        if (!turn) {
            throw new TargetException(TargetFailure.TIMED_OUT);
        }
        try (Login copy = copy()) {
            return work.with(copy);
        } finally {
            turns.release();
        }
    }

    private synchronized Login copy() throws TargetException {
        if (closed) {
            throw new TargetException(TargetFailure.UNREACHABLE);
        }
        return root.copy();
    }

    public synchronized boolean isRoot(String user) {
        return root.user().equals(user);
    }

    /** From now on, if it is the root login's; the bytes stay the caller's. */
    public synchronized void changed(String user, SensitiveBytes password) {
        if (!closed && isRoot(user)) {
            root.close();
            root = new Login(user, SensitiveBytes.owning(password.expose().clone()));
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        root.close();
    }

    /** What is done with a login. */
    public interface Work<T extends @Nullable Object> {
        T with(Login root) throws TargetException;
    }
}
