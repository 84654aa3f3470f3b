package ai.scailabs.vault.audit.store.azure;

import ai.scailabs.vault.audit.store.StoreException;
import ai.scailabs.vault.audit.store.StoreFailure;
import com.azure.core.util.Context;
import com.azure.storage.blob.models.BlobRange;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.DownloadRetryOptions;
import com.azure.storage.blob.specialized.BlockBlobClient;
import java.io.InputStream;

/** A blob, read range by range, each of which must be of the same one. The SDK's own stream would wait for longer than it was told. Not thread-safe. */
final class AzureInput extends InputStream {
    private static final int RANGE_BYTES = 4 * 1024 * 1024;

    private final AzureObjectStore store;
    private final BlockBlobClient blob;
    private final String etag;
    private final long size;
    private long position;
    private byte[] range = new byte[0];
    private int taken;

    AzureInput(AzureObjectStore store, BlockBlobClient blob, String etag, long size) {
        this.store = store;
        this.blob = blob;
        this.etag = etag;
        this.size = size;
    }

    @Override
    public int read() throws StoreException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws StoreException {
        if (length == 0) {
            return 0;
        }
        if (taken == range.length) {
            if (position == size) {
                return -1;
            }
            range = next((int) Math.min(RANGE_BYTES, size - position));
            taken = 0;
        }
        int count = Math.min(length, range.length - taken);
        System.arraycopy(range, taken, bytes, offset, count);
        taken += count;
        position += count;
        return count;
    }

    private byte[] next(int length) throws StoreException {
        byte[] bytes = store.asked(() -> blob.downloadContentWithResponse(
                        new DownloadRetryOptions().setMaxRetryRequests(0),
                        new BlobRequestConditions().setIfMatch(etag),
                        new BlobRange(position, (long) length),
                        false,
                        null,
                        Context.NONE)
                .getValue()
                .toBytes());
        if (bytes.length != length) {
            throw new StoreException(StoreFailure.UNAVAILABLE, "a range of another length");
        }
        return bytes;
    }
}
