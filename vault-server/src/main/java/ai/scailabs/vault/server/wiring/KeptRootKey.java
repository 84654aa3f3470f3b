package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A root key that is opened when it is first asked, and tried again while that fails: beside another one, it need not be there at the start. One call at a time opens it, and waits for that as long as for an answer; the
 * others are refused meanwhile.
 */
final class KeptRootKey implements RootKey, AutoCloseable {
    private final Supplier<OpenedRootKey> opener;
    private final Duration patience;
    /** Given back by another thread than the one that took it, which no lock allows. */
    private final Semaphore opening = new Semaphore(1);

    private volatile @Nullable OpenedRootKey opened;
    private volatile boolean closed;

    /** @param patience how long a call waits for it to be opened */
    KeptRootKey(Supplier<OpenedRootKey> opener, Duration patience) {
        this.opener = opener;
        this.patience = patience;
    }

    /**
     * Opens it before anybody calls, however long that takes.
     *
     * @throws IllegalStateException when it cannot be used; says why
     */
    void open() {
        opening.acquireUninterruptibly();
        openAndRelease();
    }

    private void openAndRelease() {
        try {
            if (opened != null || closed) {
                return;
            }
            OpenedRootKey made = opener.get();
            if (closed) {
                made.close();
            } else {
                opened = made;
            }
        } catch (RuntimeException unusable) {
            throw unusable;
        } catch (Exception notClosed) {
            throw new IllegalStateException("the keeper of a root key did not let go of it", notClosed);
        } finally {
            opening.release();
        }
    }

    /** Empty as long as it could not be opened. */
    @Override
    public String id() {
        OpenedRootKey known = opened;
        return known == null ? "" : known.key().id();
    }

    @Override
    public byte[] wrap(KeyMaterial key, WrapContext context) {
        return serving().wrap(key, context);
    }

    @Override
    public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
        return serving().unwrap(wrapped, context);
    }

    private RootKey serving() {
        OpenedRootKey known = opened;
        if (known == null) {
            if (!opening.tryAcquire()) {
                throw unavailable("is being opened");
            }
            awaitOpening();
            known = opened;
        }
        if (known == null) {
            throw unavailable("is closed");
        }
        return known.key();
    }

    /** On a thread of its own: what hangs in the library of an HSM cannot be broken off. Goes on when it is no longer waited for, and then serves later calls. */
    private void awaitOpening() {
        CompletableFuture<Void> attempt = CompletableFuture.runAsync(
                this::openAndRelease,
                Thread.ofPlatform().name("root-key-opening").daemon()::start);
        try {
            attempt.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw unavailable("was not opened within " + patience.toMillis() + " ms");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("was not waited for");
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof IllegalStateException unusable) {
                throw new VaultException(ErrorCode.KMS_UNAVAILABLE, "The root key cannot be opened", unusable);
            }
            throw new IllegalStateException("a root key failed unexpectedly to open", failed.getCause());
        }
    }

    private static VaultException unavailable(String what) {
        return new VaultException(ErrorCode.KMS_UNAVAILABLE, "The root key " + what);
    }

    /** One that is still being opened is closed as soon as it is open. */
    @Override
    public void close() throws Exception {
        closed = true;
        if (!opening.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            return;
        }
        try {
            OpenedRootKey known = opened;
            if (known != null) {
                known.close();
            }
        } finally {
            opening.release();
        }
    }
}
