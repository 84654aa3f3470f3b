package ai.scailabs.vault.audit.store;

import java.io.IOException;
import java.io.OutputStream;

/**
 * An object that is being written, part by part: a write blocks while a part is sent. It comes to be by {@link #complete()}; whoever closes without that wants nothing of it to be seen. A stream around it,
 * as for compression, is finished first, and not closed: {@code gzip.finish(); upload.complete();}. Every {@code IOException} that it throws is a {@link StoreException}. Not thread-safe.
 */
public abstract class ObjectUpload extends OutputStream {
    /**
     * Makes what was written an object.
     *
     * @return what is there now, with the SHA-256 of what was written, whether it was written now or before
     * @throws StoreException {@link StoreFailure#CONFLICT} when there is something else under the name
     */
    public abstract StoredObject complete() throws StoreException;

    /** Gives up what was sent. After {@link #complete()}, whatever came of that, it does nothing. Fails never: what the store keeps then is found by {@link ObjectStore#abandonUploads}. */
    public abstract void abort();

    /** As {@link #abort()}. */
    @Override
    public final void close() {
        abort();
    }

    @Override
    public final void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /** Does nothing: a part is sent when it is full. */
    @Override
    public final void flush() {}

    @Override
    public abstract void write(byte[] bytes, int offset, int length) throws StoreException;
}
