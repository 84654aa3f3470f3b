package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A root key that is opened when it is first asked, and tried again while that fails: beside another one, it need not be there at the start. */
final class KeptRootKey implements RootKey, AutoCloseable {
    private final Supplier<OpenedRootKey> opener;
    private final ReentrantLock opening = new ReentrantLock();
    private volatile @Nullable OpenedRootKey opened;

    KeptRootKey(Supplier<OpenedRootKey> opener) {
        this.opener = opener;
    }

    /** @throws IllegalStateException when it cannot be used; says why */
    RootKey open() {
        OpenedRootKey known = opened;
        if (known != null) {
            return known.key();
        }
        opening.lock();
        try {
            known = opened;
            if (known == null) {
                known = opener.get();
                opened = known;
            }
            return known.key();
        } finally {
            opening.unlock();
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
        try {
            return open();
        } catch (IllegalStateException unusable) {
            throw new VaultException(ErrorCode.KMS_UNAVAILABLE, "The root key cannot be opened", unusable);
        }
    }

    @Override
    public void close() throws Exception {
        opening.lock();
        try {
            OpenedRootKey known = opened;
            if (known != null) {
                known.close();
            }
        } finally {
            opening.unlock();
        }
    }
}
