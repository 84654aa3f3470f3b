package ai.scailabs.vault.audit.store.azure;

import ai.scailabs.vault.audit.store.Destination;
import ai.scailabs.vault.audit.store.ObjectName;
import ai.scailabs.vault.audit.store.ObjectStore;
import ai.scailabs.vault.audit.store.ObjectUpload;
import ai.scailabs.vault.audit.store.Retention;
import ai.scailabs.vault.audit.store.StoreCredentials;
import ai.scailabs.vault.audit.store.StoreException;
import ai.scailabs.vault.audit.store.StoreFailure;
import ai.scailabs.vault.audit.store.StoreTimes;
import ai.scailabs.vault.audit.store.StoredObject;
import ai.scailabs.vault.outbound.azure.GuardedAzureClient;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import com.azure.core.http.policy.HttpLogDetailLevel;
import com.azure.core.http.policy.HttpLogOptions;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.blob.models.BlobImmutabilityPolicy;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.specialized.BlockBlobClient;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import java.io.InputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A container of Azure Blob Storage. Objects are block blobs, created under the condition that there is none ({@code If-None-Match: *}). Blocks that nobody committed are never seen, and
 * discarded by Azure after a week. Thread-safe.
 */
public final class AzureObjectStore implements ObjectStore {
    static final String SHA256 = "sha256";

    private final Destination.AzureBlob where;
    private final StoreCredentials credentials;
    private final BlobContainerClient container;
    private final SecureRandom random;
    private final boolean chosen;
    private volatile @Nullable Boolean retains;

    private AzureObjectStore(
            Destination.AzureBlob where,
            StoreCredentials credentials,
            BlobContainerClient container,
            SecureRandom random,
            boolean chosen) {
        this.where = where;
        this.credentials = credentials;
        this.container = container;
        this.random = random;
        this.chosen = chosen;
    }

    /**
     * Asks nobody yet. The credentials are the store's from here on.
     *
     * @param random names uploads, so that two of one object do not mix
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code validation_error} when these credentials cannot be used
     */
    public static AzureObjectStore open(
            Destination.AzureBlob where,
            StoreCredentials credentials,
            GuardedTransfers transfers,
            StoreTimes times,
            SecureRandom random) {
        GuardedAzureClient http = new GuardedAzureClient(transfers, times.each());
        BlobContainerClientBuilder builder = new BlobContainerClientBuilder()
                .containerName(where.bucket())
                .httpClient(http)
                .httpLogOptions(new HttpLogOptions().setLogLevel(HttpLogDetailLevel.NONE))
                .retryOptions(new RequestRetryOptions(
                        RetryPolicyType.EXPONENTIAL,
                        times.tries(),
                        Duration.ofSeconds(Math.max(1, times.each().toSeconds() + 1)),
                        times.firstPause(),
                        times.longestPause(),
                        null));
        boolean chosen = AzureAccount.describe(builder, where, credentials, http);
        return new AzureObjectStore(where, credentials, builder.buildClient(), random, chosen);
    }

    @Override
    public ObjectUpload create(ObjectName name, String contentType, @Nullable Retention retention)
            throws StoreException {
        return new AzureUpload(this, name, contentType, held(retention), isThere(name));
    }

    @Override
    public StoredObject put(ObjectName name, String contentType, byte[] content, @Nullable Retention retention)
            throws StoreException {
        if (content.length > PART_BYTES) {
            throw new IllegalArgumentException("more than one part");
        }
        AzureUpload upload = new AzureUpload(this, name, contentType, held(retention), false);
        upload.write(content, 0, content.length);
        return upload.complete();
    }

    @Override
    public Optional<StoredObject> find(ObjectName name) throws StoreException {
        try {
            BlobProperties found = asked(() -> blob(name).getProperties());
            return Optional.of(new StoredObject(
                    name,
                    found.getBlobSize(),
                    Optional.ofNullable(found.getMetadata().get(SHA256)),
                    Optional.ofNullable(found.getImmutabilityPolicy())
                            .map(BlobImmutabilityPolicy::getExpiryTime)
                            .map(OffsetDateTime::toInstant)));
        } catch (StoreException refused) {
            if (refused.failure() == StoreFailure.OBJECT_MISSING) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    @Override
    public InputStream read(ObjectName name) throws StoreException {
        BlockBlobClient blob = blob(name);
        BlobProperties found = asked(blob::getProperties);
        return new AzureInput(this, blob, found.getETag(), found.getBlobSize());
    }

    @Override
    public boolean canRetain() throws StoreException {
        Boolean known = retains;
        if (known == null) {
            known = Boolean.TRUE.equals(
                    asked(() -> container.getProperties().isImmutableStorageWithVersioningEnabled()));
            retains = known;
        }
        return known;
    }

    private @Nullable Retention held(@Nullable Retention retention) throws StoreException {
        return retention != null && canRetain() ? retention : null;
    }

    @Override
    public int abandonUploads(String prefix) {
        return 0;
    }

    @Override
    public String location() {
        return "azure://" + container.getAccountName() + "/" + where.bucket() + "/" + where.prefix();
    }

    BlockBlobClient blob(ObjectName name) {
        return container.getBlobClient(where.prefix() + name.text()).getBlockBlobClient();
    }

    SecureRandom random() {
        return random;
    }

    <T extends @Nullable Object> T asked(Supplier<T> call) throws StoreException {
        try {
            return call.get();
        } catch (RuntimeException refused) {
            // The SDK throws what it will: its own, and those of the reactor.
            throw AzureStoreRefusal.of(refused, chosen);
        }
    }

    @Override
    public String toString() {
        return location();
    }

    @Override
    public void close() {
        credentials.close();
    }
}
