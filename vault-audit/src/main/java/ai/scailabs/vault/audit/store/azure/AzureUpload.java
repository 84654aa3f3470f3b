package ai.scailabs.vault.audit.store.azure;

import ai.scailabs.vault.audit.store.ObjectName;
import ai.scailabs.vault.audit.store.PartedUpload;
import ai.scailabs.vault.audit.store.Retention;
import ai.scailabs.vault.audit.store.StoreException;
import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.blob.models.BlobHttpHeaders;
import com.azure.storage.blob.models.BlobImmutabilityPolicy;
import com.azure.storage.blob.models.BlobImmutabilityPolicyMode;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.options.BlockBlobCommitBlockListOptions;
import com.azure.storage.blob.specialized.BlockBlobClient;
import java.nio.ByteBuffer;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Blocks of a blob, and the list that makes them one. Not thread-safe. */
final class AzureUpload extends PartedUpload {
    private final AzureObjectStore store;
    private final BlockBlobClient blob;
    private final String contentType;
    private final @Nullable Retention retention;
    private final List<String> blocks = new ArrayList<>();
    private final byte[] upload = new byte[12];

    AzureUpload(
            AzureObjectStore store, ObjectName name, String contentType, @Nullable Retention retention, boolean there) {
        super(store, name, there);
        this.store = store;
        this.blob = store.blob(name);
        this.contentType = contentType;
        this.retention = retention;
        store.random().nextBytes(upload);
    }

    @Override
    protected void send(int number, byte[] content, int length) throws StoreException {
        String block = Base64.getEncoder()
                .encodeToString(ByteBuffer.allocate(upload.length + Integer.BYTES)
                        .put(upload)
                        .putInt(number)
                        .array());
        BinaryData data = BinaryData.fromByteBuffer(ByteBuffer.wrap(content, 0, length));
        store.asked(() -> {
            blob.stageBlock(block, data);
            return block;
        });
        blocks.add(block);
    }

    @Override
    protected void join(long size, String sha256) throws StoreException {
        BlockBlobCommitBlockListOptions all = new BlockBlobCommitBlockListOptions(blocks)
                .setHeaders(new BlobHttpHeaders().setContentType(contentType))
                .setMetadata(Map.of(AzureObjectStore.SHA256, sha256))
                .setRequestConditions(new BlobRequestConditions().setIfNoneMatch("*"));
        if (retention != null) {
            all.setImmutabilityPolicy(policy(retention));
        }
        store.asked(() -> blob.commitBlockListWithResponse(all, null, Context.NONE));
    }

    /** In two requests: where blocks lie around that nobody committed, Azurite loses a blob that is put in one. */
    @Override
    protected void sendWhole(byte[] content, String sha256) throws StoreException {
        if (content.length > 0) {
            send(1, content, content.length);
        }
        join(content.length, sha256);
    }

    /** Azure discards blocks that nobody commits, and has no way to be told earlier that does not touch the object. */
    @Override
    protected void discard() {}

    private static BlobImmutabilityPolicy policy(Retention retention) {
        return new BlobImmutabilityPolicy()
                .setExpiryTime(retention.until().atOffset(ZoneOffset.UTC))
                .setPolicyMode(
                        switch (retention.mode()) {
                            case COMPLIANCE -> BlobImmutabilityPolicyMode.LOCKED;
                            case GOVERNANCE -> BlobImmutabilityPolicyMode.UNLOCKED;
                        });
    }
}
