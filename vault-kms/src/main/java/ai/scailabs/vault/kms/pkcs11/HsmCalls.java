package ai.scailabs.vault.kms.pkcs11;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.xipki.pkcs11.wrapper.PKCS11Exception;

/**
 * Makes calls of one kind on threads of its own, since a call that hangs in the library cannot be broken off, and keeps sessions between them. A call that fails is tried
 * once more in a new session, after the library was initialised anew where that is what it takes: so a token may be taken out and put back. Thread-safe.
 *
 * @param <S> what the calls are made in
 */
final class HsmCalls<S extends HsmSession> implements AutoCloseable {
    private static final Duration BETWEEN_DOUBTS = Duration.ofMinutes(1);

    private final TokenLogin login;
    private final TokenLogin.Opener<S> opener;
    private final Duration patience;
    private final ErrorCode outage;
    private final ThreadPoolExecutor threads;
    private final ConcurrentLinkedDeque<S> idle = new ConcurrentLinkedDeque<>();
    private final AtomicLong doubtedAtNanos = new AtomicLong(System.nanoTime() - BETWEEN_DOUBTS.toNanos());
    private volatile @Nullable CryptokiLibrary loaded;

    /**
     * @param waiting how many calls may wait for a thread; those beyond fail at once
     * @param outage the code of what fails because of the token
     */
    HsmCalls(Pkcs11Token where, TokenLogin.Opener<S> opener, int waiting, ErrorCode outage) {
        this.login = TokenLogin.of(where);
        this.opener = opener;
        this.patience = where.patience();
        this.outage = outage;
        this.threads = new ThreadPoolExecutor(
                where.sessions(),
                where.sessions(),
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(waiting),
                Thread.ofPlatform().name("pkcs11-", 0).daemon().factory());
    }

    /** Sees to it that the token can be used now. On the thread of the caller, without a limit of time. */
    void open() throws HsmUnavailable {
        CryptokiLibrary library = library();
        try {
            idle.push(proven(library, () -> login.open(library, opener)));
        } catch (PKCS11Exception failure) {
            throw new HsmUnavailable("the token " + login.where().label() + " cannot be used", failure);
        }
    }

    /**
     * What the call makes.
     *
     * @throws VaultException with the code of outages when the token did not answer in time or cannot be used
     * @throws PKCS11Exception when it refused this call, twice, although before and after it could be used
     */
    <T> T call(Call<S, T> call) throws PKCS11Exception {
        return awaited(() -> attempt(library(), call));
    }

    /**
     * As {@link #call(Call)}, where an answer may be that something is not there. A session does not notice that the token was taken out, and a library may not see what was put back: so that is asked in a new
     * session, and once more after the library was initialised anew.
     *
     * @param absent tells such answers
     * @param certain whether to fail rather than to believe one that cannot be asked anew now; else that is done once a minute
     */
    <T> T call(Call<S, T> call, Predicate<T> absent, boolean certain) throws PKCS11Exception {
        return awaited(() -> {
            CryptokiLibrary library = library();
            T answer = attempt(library, call);
            if (absent.test(answer)) {
                answer = inNewSession(library, call);
            }
            if (!absent.test(answer)) {
                return answer;
            }
            if ((certain || isTimeToDoubt()) && library.restart(library.generation())) {
                return inNewSession(library, call);
            }
            if (certain) {
                throw new HsmUnavailable("the token does not show a key, and was asked anew just now");
            }
            return answer;
        });
    }

    private boolean isTimeToDoubt() {
        long last = doubtedAtNanos.get();
        long now = System.nanoTime();
        return now - last >= BETWEEN_DOUBTS.toNanos() && doubtedAtNanos.compareAndSet(last, now);
    }

    private <T> T awaited(Callable<T> attempt) throws PKCS11Exception {
        Future<T> answer;
        try {
            answer = threads.submit(attempt);
        } catch (RejectedExecutionException full) {
            throw unavailable("has too many calls waiting");
        }
        try {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            answer.cancel(false);
            throw unavailable("did not answer within " + patience.toMillis() + " ms");
        } catch (InterruptedException e) {
            answer.cancel(false);
            Thread.currentThread().interrupt();
            throw unavailable("was not waited for");
        } catch (ExecutionException failed) {
            throw failure(failed.getCause());
        }
    }

    private PKCS11Exception failure(@Nullable Throwable cause) {
        if (cause instanceof PKCS11Exception refused) {
            return refused;
        }
        if (cause instanceof HsmUnavailable problem) {
            // What is wrong with it, with paths and labels, is for the log.
            throw new VaultException(outage, "The HSM cannot be used", problem);
        }
        throw new IllegalStateException("a call of the HSM failed unexpectedly", cause);
    }

    private VaultException unavailable(String what) {
        return new VaultException(outage, "The HSM " + what);
    }

    /** Looked for until it is found. */
    private CryptokiLibrary library() throws HsmUnavailable {
        CryptokiLibrary known = loaded;
        if (known == null) {
            known = CryptokiLibrary.of(login.where().library());
            loaded = known;
        }
        return known;
    }

    private <T> T attempt(CryptokiLibrary library, Call<S, T> call) throws HsmUnavailable, PKCS11Exception {
        Optional<T> answer = library.inside(() -> inKeptSession(library, call));
        return answer.isPresent() ? answer.get() : inNewSession(library, call);
    }

    /** Empty when there is no session, or none in which the call succeeds. */
    private <T> Optional<T> inKeptSession(CryptokiLibrary library, Call<S, T> call) {
        S kept = idle.poll();
        while (kept != null && !kept.isOf(library.generation())) {
            kept = idle.poll();
        }
        if (kept == null) {
            return Optional.empty();
        }
        try {
            T answer = call.in(kept);
            idle.push(kept);
            return Optional.of(answer);
        } catch (PKCS11Exception stale) {
            kept.close();
            return Optional.empty();
        } catch (RuntimeException unexpected) {
            kept.close();
            throw unexpected;
        }
    }

    private <T> T inNewSession(CryptokiLibrary library, Call<S, T> call) throws HsmUnavailable, PKCS11Exception {
        return proven(library, () -> {
            S session = login.open(library, opener);
            try {
                T answer = call.in(session);
                idle.push(session);
                return answer;
            } catch (PKCS11Exception refused) {
                session.close();
                // The call was at fault only if the token is still there.
                idle.push(login.open(library, opener));
                throw refused;
            } catch (RuntimeException unexpected) {
                session.close();
                throw unexpected;
            }
        });
    }

    /** Once more after the library was initialised anew, if the token cannot be used before. */
    private static <T> T proven(CryptokiLibrary library, CryptokiLibrary.Work<T> work)
            throws HsmUnavailable, PKCS11Exception {
        long seen = library.generation();
        try {
            return library.inside(work);
        } catch (HsmUnavailable absent) {
            if (!library.restart(seen)) {
                throw absent;
            }
            return library.inside(work);
        }
    }

    @Override
    public void close() {
        threads.shutdown();
        try {
            if (threads.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                closeSessions();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeSessions() {
        if (idle.isEmpty()) {
            return;
        }
        try {
            CryptokiLibrary library = library();
            library.inside(() -> {
                for (S kept = idle.poll(); kept != null; kept = idle.poll()) {
                    if (kept.isOf(library.generation())) {
                        kept.close();
                    }
                }
                return idle;
            });
        } catch (HsmUnavailable | PKCS11Exception gone) {
            idle.clear();
        }
    }

    /** What is done in a session; done again in another one when it fails. */
    @FunctionalInterface
    interface Call<S extends HsmSession, T> {
        T in(S session) throws PKCS11Exception;
    }
}
