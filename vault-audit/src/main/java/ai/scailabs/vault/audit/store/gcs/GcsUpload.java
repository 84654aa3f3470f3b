package ai.scailabs.vault.audit.store.gcs;

import ai.scailabs.vault.audit.store.ObjectName;
import ai.scailabs.vault.audit.store.PartedUpload;
import ai.scailabs.vault.audit.store.StoreException;
import ai.scailabs.vault.audit.store.StoreFailure;
import com.google.cloud.WriteChannel;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A resumable upload of Cloud Storage, which begins with its first part. Not thread-safe. */
final class GcsUpload extends PartedUpload {
    private final GcsObjectStore store;
    private final BlobInfo info;
    private @Nullable WriteChannel channel;

    GcsUpload(GcsObjectStore store, ObjectName name, BlobInfo info, boolean there) {
        super(store, name, there);
        this.store = store;
        this.info = info;
    }

    @Override
    protected void send(int number, byte[] content, int length) throws StoreException {
        store.authenticate();
        try {
            WriteChannel open = channel;
            if (open == null) {
                open = store.storage().writer(info, Storage.BlobWriteOption.doesNotExist());
                open.setChunkSize(GcsObjectStore.PART_BYTES);
                channel = open;
            }
            ByteBuffer part = ByteBuffer.wrap(content, 0, length);
            while (part.hasRemaining()) {
                open.write(part);
            }
        } catch (IOException | StorageException refused) {
            throw written(refused);
        }
    }

    @Override
    protected void join(long size, String sha256) throws StoreException {
        store.authenticate();
        try {
            WriteChannel open = channel;
            if (open != null) {
                open.close();
            }
        } catch (IOException | StorageException refused) {
            throw written(refused);
        }
    }

    @Override
    protected void sendWhole(byte[] content, String sha256) throws StoreException {
        store.authenticate();
        try {
            store.storage()
                    .create(
                            info.toBuilder()
                                    .setMetadata(Map.of(GcsObjectStore.SHA256, sha256))
                                    .build(),
                            content,
                            Storage.BlobTargetOption.doesNotExist(),
                            Storage.BlobTargetOption.disableGzipContent());
        } catch (StorageException refused) {
            throw written(refused);
        }
    }

    /** To close the channel would complete the object: it is left alone, and what it sent is discarded by Google. */
    @Override
    protected void discard() {
        channel = null;
    }

    /** What is missing when something is created is the bucket. */
    private StoreException written(Exception refused) {
        StoreException failure = store.failed(refused);
        return failure.failure() == StoreFailure.OBJECT_MISSING
                ? new StoreException(StoreFailure.BUCKET_MISSING, failure.trace())
                : failure;
    }
}
