package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.store.ObjectName;
import ai.scailabs.vault.audit.store.ObjectStore;
import ai.scailabs.vault.audit.store.ObjectUpload;
import ai.scailabs.vault.audit.store.Retention;
import ai.scailabs.vault.audit.store.StoreException;
import ai.scailabs.vault.audit.store.StoreFailure;
import ai.scailabs.vault.audit.store.StoredObject;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A store that is away when it is asked for an object to be begun, as often as the test wants. */
record FailingStore(ObjectStore store, BooleanSupplier away) implements ObjectStore {
    @Override
    public ObjectUpload create(ObjectName name, String contentType, @Nullable Retention retention)
            throws StoreException {
        if (away.getAsBoolean()) {
            throw new StoreException(StoreFailure.UNAVAILABLE, "in a test");
        }
        return store.create(name, contentType, retention);
    }

    @Override
    public StoredObject put(ObjectName name, String contentType, byte[] content, @Nullable Retention retention)
            throws StoreException {
        return store.put(name, contentType, content, retention);
    }

    @Override
    public Optional<StoredObject> find(ObjectName name) throws StoreException {
        return store.find(name);
    }

    @Override
    public InputStream read(ObjectName name) throws StoreException {
        return store.read(name);
    }

    @Override
    public boolean canRetain() throws StoreException {
        return store.canRetain();
    }

    @Override
    public int abandonUploads(String prefix) throws StoreException {
        return store.abandonUploads(prefix);
    }

    @Override
    public String location() {
        return store.location();
    }

    @Override
    public void close() {
        store.close();
    }
}
