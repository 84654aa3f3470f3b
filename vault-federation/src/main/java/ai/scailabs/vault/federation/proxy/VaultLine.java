package ai.scailabs.vault.federation.proxy;

import ai.scailabs.vault.federation.backend.Backend;
import ai.scailabs.vault.federation.backend.BackendOpener;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteSecret;
import ai.scailabs.vault.federation.remote.RemoteVault;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls of one backend. Not more than so many are under way at once; when half of the last ones ended with an outage, the next ones fail at once, and every few seconds some try whether it serves again. It is opened when it is first
 * asked, and anew after some minutes, as its credentials may have been withdrawn here, or when it refuses them, as they may have been changed. Thread-safe.
 */
final class VaultLine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VaultLine.class);
    /** Of a call that was answered, be it by that there is no such secret. */
    static final String SERVED = "ok";

    private static final int PLACES = 32;
    private static final int WINDOW_CALLS = 20;
    private static final int FEWEST_CALLS = 5;
    private static final int TRIALS = 3;
    private static final Duration REST = Duration.ofSeconds(5);
    private static final long OPEN_NANOS = TimeUnit.MINUTES.toNanos(15);
    /** Credentials that were read so lately are not read again because they were refused. */
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Backend backend;
    private final BackendOpener opener;
    private final ProxyListener listener;
    private final Semaphore places = new Semaphore(PLACES);
    private final CircuitBreaker breaker;
    private final SharedReads reads = new SharedReads();
    private volatile @Nullable String lastOutcome;
    private @Nullable Opened current;
    private @Nullable Opening underWay;
    private boolean closed;

    VaultLine(Backend backend, BackendOpener opener, ProxyListener listener) {
        this.backend = backend;
        this.opener = opener;
        this.listener = listener;
        this.breaker = CircuitBreaker.of(
                "backend",
                CircuitBreakerConfig.custom()
                        .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(WINDOW_CALLS)
                        .minimumNumberOfCalls(FEWEST_CALLS)
                        .failureRateThreshold(50)
                        .waitDurationInOpenState(REST)
                        .permittedNumberOfCallsInHalfOpenState(TRIALS)
                        .maxWaitDurationInHalfOpenState(REST)
                        .writableStackTraceEnabled(false)
                        .build());
    }

    /** To be closed by the caller. Who asks for the same while the same reader is being answered shares the answer. */
    RemoteSecret read(IdentityId reader, String name, @Nullable Integer version) throws RemoteException {
        return reads.read(new SharedReads.Wish(reader, name, version), () -> call(vault -> vault.read(name, version)));
    }

    /**
     * @throws RemoteException besides what the vault throws: {@link RemoteFailure#BUSY}, {@link RemoteFailure#LEFT_ALONE}, {@link RemoteFailure#CREDENTIALS_UNUSABLE}
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code service_unavailable}, {@code kms_unavailable}
     */
    <T> T call(Work<T> work) throws RemoteException {
        long begun = System.nanoTime();
        String outcome = "failed";
        try {
            T answer = placed(work);
            outcome = SERVED;
            return answer;
        } catch (RemoteException failed) {
            outcome = failed.failure().isAnswer() ? SERVED : failed.failure().reason();
            throw failed;
        } finally {
            lastOutcome = outcome;
            listener.called(backend.type(), outcome, System.nanoTime() - begun);
        }
    }

    private <T> T placed(Work<T> work) throws RemoteException {
        if (!places.tryAcquire()) {
            throw new RemoteException(RemoteFailure.BUSY, PLACES + " calls are under way");
        }
        try {
            return guarded(work);
        } finally {
            places.release();
        }
    }

    private <T> T guarded(Work<T> work) throws RemoteException {
        if (!breaker.tryAcquirePermission()) {
            throw new RemoteException(RemoteFailure.LEFT_ALONE, "it failed repeatedly");
        }
        long begun = System.nanoTime();
        boolean settled = false;
        try {
            T answer = opened(work);
            breaker.onSuccess(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
            settled = true;
            return answer;
        } catch (RemoteException failed) {
            if (failed.failure().isOutage()) {
                breaker.onError(System.nanoTime() - begun, TimeUnit.NANOSECONDS, failed);
                settled = true;
            } else if (failed.failure().isAnswer()) {
                breaker.onSuccess(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
                settled = true;
            }
            throw failed;
        } finally {
            if (!settled) {
                breaker.releasePermission();
            }
        }
    }

    /** How the last call ended; null before there was one. */
    @Nullable
    String lastOutcome() {
        return lastOutcome;
    }

    boolean isLeftAlone() {
        return breaker.getState() == CircuitBreaker.State.OPEN;
    }

    /** Once more with the credentials as they are now, when those of before are refused. */
    private <T> T opened(Work<T> work) throws RemoteException {
        Opened vault = taken();
        try {
            return work.of(vault.vault);
        } catch (RemoteException refused) {
            if (refused.failure() != RemoteFailure.CREDENTIALS_REFUSED || !outdate(vault)) {
                throw refused;
            }
        } finally {
            giveBack(vault);
        }
        Opened anew = taken();
        try {
            return work.of(anew.vault);
        } finally {
            giveBack(anew);
        }
    }

    /** The one that is open, or another, which is opened once for all who wait for it, as a failure is waited for once by all. */
    private Opened taken() throws RemoteException {
        Opening opening;
        boolean opens;
        synchronized (this) {
            if (current != null && System.nanoTime() - current.since > OPEN_NANOS) {
                retire();
            }
            if (current != null) {
                current.users++;
                return current;
            }
            opens = underWay == null;
            if (underWay == null) {
                underWay = new Opening();
            }
            opening = underWay;
            opening.waiting++;
        }
        return opens ? open(opening) : opening.outcome();
    }

    private Opened open(Opening opening) throws RemoteException {
        try {
            RemoteVault vault = opener.open(backend);
            LOG.debug("opened {}", backend);
            Opened opened = new Opened(vault, System.nanoTime());
            synchronized (this) {
                opened.users = opening.waiting;
                underWay = null;
                current = opened;
                if (closed) {
                    retire();
                }
            }
            opening.answer.complete(opened);
            return opened;
        } catch (RemoteException | RuntimeException | Error failed) {
            synchronized (this) {
                underWay = null;
            }
            opening.answer.completeExceptionally(failed);
            throw failed;
        }
    }

    private synchronized void giveBack(Opened vault) {
        vault.users--;
        vault.closeWhenUnused();
    }

    /** Whether another is to be opened in place of this one. */
    private synchronized boolean outdate(Opened vault) {
        if (current == vault && System.nanoTime() - vault.since > FRESH_NANOS) {
            retire();
        }
        return current != vault;
    }

    private void retire() {
        Opened last = current;
        current = null;
        if (last != null) {
            last.retired = true;
            last.closeWhenUnused();
        }
    }

    /** Calls that are under way end as usual. */
    @Override
    public synchronized void close() {
        closed = true;
        retire();
    }

    /** What is done with the vault. */
    @FunctionalInterface
    interface Work<T> {
        T of(RemoteVault vault) throws RemoteException;
    }

    /** Its number is guarded by the line. */
    private static final class Opening {
        private final CompletableFuture<Opened> answer = new CompletableFuture<>();
        private int waiting;

        private Opened outcome() throws RemoteException {
            try {
                return answer.get();
            } catch (ExecutionException failed) {
                if (failed.getCause() instanceof RemoteException refused) {
                    throw new RemoteException(
                            refused.failure(), String.valueOf(refused.getMessage()), refused.retryAfter());
                }
                if (failed.getCause() instanceof VaultException refused) {
                    throw refused;
                }
                throw new IllegalStateException("a vault could not be opened", failed.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RemoteException(RemoteFailure.TIMED_OUT, "it was not waited for");
            }
        }
    }

    /** Guarded by the line. */
    private static final class Opened {
        private final RemoteVault vault;
        private final long since;
        private int users;
        private boolean retired;

        private Opened(RemoteVault vault, long since) {
            this.vault = vault;
            this.since = since;
        }

        private void closeWhenUnused() {
            if (retired && users == 0) {
                vault.close();
            }
        }
    }
}
