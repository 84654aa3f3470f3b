package ai.scailabs.vault.kms.pkcs11;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kms.credential.CredentialFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.xipki.pkcs11.wrapper.PKCS11Exception;

/**
 * Makes calls of one key on threads of its own, since a call that hangs in the library cannot be broken off, and keeps sessions between them. A call that fails is tried
 * once more in a new session, after the library was initialised anew where that is what it takes: so a token may be taken out and put back. Thread-safe.
 */
final class HsmCalls implements AutoCloseable {
    private static final int QUEUE_CAPACITY = 1_024;

    private final CryptokiLibrary library;
    private final Pkcs11Properties where;
    private final CredentialFile pin;
    private final ThreadPoolExecutor threads;
    private final ConcurrentLinkedDeque<HsmSession> idle = new ConcurrentLinkedDeque<>();
    private final byte[] identity;

    private HsmCalls(CryptokiLibrary library, Pkcs11Properties where, CredentialFile pin, HsmSession first) {
        this.library = library;
        this.where = where;
        this.pin = pin;
        this.identity = first.identity();
        this.idle.push(first);
        this.threads = new ThreadPoolExecutor(
                where.sessions(),
                where.sessions(),
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(QUEUE_CAPACITY),
                Thread.ofPlatform().name("pkcs11-", 0).daemon().factory());
    }

    static HsmCalls open(Pkcs11Properties where) throws HsmUnavailable {
        CryptokiLibrary library = CryptokiLibrary.of(where.library());
        CredentialFile pin =
                CredentialFile.ofText(where.pinFile(), "PIN", new Token(where.library(), where.tokenLabel()));
        try {
            return new HsmCalls(library, where, pin, proven(library, () -> HsmSession.open(library, where, pin)));
        } catch (PKCS11Exception failure) {
            throw new HsmUnavailable("the token " + where.tokenLabel() + " cannot be used", failure);
        }
    }

    byte[] identity() {
        return identity;
    }

    /**
     * What the key makes of it.
     *
     * @throws VaultException {@code kms_unavailable} when the token did not answer in time or cannot be used
     * @throws PKCS11Exception when it refused this call, twice, although before and after it could be used
     */
    byte[] call(Call call) throws PKCS11Exception {
        Future<byte[]> answer;
        try {
            answer = threads.submit(() -> attempt(call));
        } catch (RejectedExecutionException full) {
            throw unavailable("has too many calls waiting");
        }
        try {
            return answer.get(where.patience().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            answer.cancel(false);
            throw unavailable("did not answer within " + where.patience().toMillis() + " ms");
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
            throw new VaultException(ErrorCode.KMS_UNAVAILABLE, "The HSM cannot be used", problem);
        }
        throw new IllegalStateException("a call of the HSM failed unexpectedly", cause);
    }

    private static VaultException unavailable(String what) {
        return new VaultException(ErrorCode.KMS_UNAVAILABLE, "The HSM " + what);
    }

    private byte[] attempt(Call call) throws HsmUnavailable, PKCS11Exception {
        byte[] answer = library.inside(() -> inKeptSession(call));
        return answer.length > 0 ? answer : inNewSession(call);
    }

    /** Empty when there is no session, or none in which the call succeeds. */
    private byte[] inKeptSession(Call call) {
        HsmSession kept = idle.poll();
        while (kept != null && !kept.isOf(library.generation())) {
            kept = idle.poll();
        }
        if (kept == null) {
            return new byte[0];
        }
        try {
            byte[] answer = call.in(kept);
            idle.push(kept);
            return answer;
        } catch (PKCS11Exception stale) {
            kept.close();
            return new byte[0];
        }
    }

    private byte[] inNewSession(Call call) throws HsmUnavailable, PKCS11Exception {
        return proven(session -> {
            try {
                byte[] answer = call.in(session);
                idle.push(session);
                return answer;
            } catch (PKCS11Exception refused) {
                session.close();
                // The call was at fault only if the token is still there.
                idle.push(openSame());
                throw refused;
            }
        });
    }

    private byte[] proven(Use use) throws HsmUnavailable, PKCS11Exception {
        return proven(library, () -> use.of(openSame()));
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

    private HsmSession openSame() throws HsmUnavailable {
        HsmSession session = HsmSession.open(library, where, pin);
        if (!Arrays.equals(session.identity(), identity)) {
            session.close();
            throw new HsmUnavailable("another key bears the label " + where.keyLabel() + " now");
        }
        return session;
    }

    @Override
    public void close() {
        threads.shutdown();
        try {
            if (threads.awaitTermination(where.patience().toMillis(), TimeUnit.MILLISECONDS)) {
                closeSessions();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeSessions() {
        try {
            library.inside(() -> {
                for (HsmSession kept = idle.poll(); kept != null; kept = idle.poll()) {
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

    /** As people call it. */
    private record Token(Path library, String label) {
        @Override
        public String toString() {
            return "token";
        }
    }

    /** One encryption or decryption. */
    @FunctionalInterface
    interface Call {
        byte[] in(HsmSession session) throws PKCS11Exception;
    }

    @FunctionalInterface
    private interface Use {
        byte[] of(HsmSession session) throws HsmUnavailable, PKCS11Exception;
    }
}
