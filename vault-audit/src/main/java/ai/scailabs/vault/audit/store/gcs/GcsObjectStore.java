package ai.scailabs.vault.audit.store.gcs;

import ai.scailabs.vault.audit.store.Destination;
import ai.scailabs.vault.audit.store.ObjectName;
import ai.scailabs.vault.audit.store.ObjectStore;
import ai.scailabs.vault.audit.store.ObjectUpload;
import ai.scailabs.vault.audit.store.Retention;
import ai.scailabs.vault.audit.store.StoreCredentials;
import ai.scailabs.vault.audit.store.StoreException;
import ai.scailabs.vault.audit.store.StoreFailure;
import ai.scailabs.vault.audit.store.StoreInput;
import ai.scailabs.vault.audit.store.StoreTimes;
import ai.scailabs.vault.audit.store.StoredObject;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.ReadChannel;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Bucket;
import com.google.cloud.storage.BucketInfo;
import com.google.cloud.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A bucket of Google Cloud Storage. Objects are created under the condition that there is none ({@code ifGenerationMatch=0}). Uploads that nobody completed are not listed, never seen, and discarded
 * by Google after a week. Thread-safe.
 */
public final class GcsObjectStore implements ObjectStore {
    static final String SHA256 = "sha256";

    private final Destination.Gcs where;
    private final StoreCredentials credentials;
    private final GcsClient client;
    private volatile @Nullable Boolean retains;
    private volatile boolean known;

    private GcsObjectStore(Destination.Gcs where, StoreCredentials credentials, GcsClient client) {
        this.where = where;
        this.credentials = credentials;
        this.client = client;
    }

    /** Asks nobody yet. The credentials are the store's from here on. */
    public static GcsObjectStore open(
            Destination.Gcs where, StoreCredentials credentials, GuardedTransfers transfers, StoreTimes times) {
        return new GcsObjectStore(where, credentials, new GcsClient(where, credentials, transfers, times));
    }

    @Override
    public ObjectUpload create(ObjectName name, String contentType, @Nullable Retention retention)
            throws StoreException {
        return new GcsUpload(this, name, described(name, contentType, retention), isThere(name));
    }

    @Override
    public StoredObject put(ObjectName name, String contentType, byte[] content, @Nullable Retention retention)
            throws StoreException {
        if (content.length > PART_BYTES) {
            throw new IllegalArgumentException("more than one part");
        }
        GcsUpload upload = new GcsUpload(this, name, described(name, contentType, retention), false);
        upload.write(content, 0, content.length);
        return upload.complete();
    }

    private BlobInfo described(ObjectName name, String contentType, @Nullable Retention retention)
            throws StoreException {
        BlobInfo.Builder info = BlobInfo.newBuilder(id(name)).setContentType(contentType);
        if (retention != null && canRetain()) {
            info.setRetention(BlobInfo.Retention.newBuilder()
                    .setMode(
                            switch (retention.mode()) {
                                case COMPLIANCE -> BlobInfo.Retention.Mode.LOCKED;
                                case GOVERNANCE -> BlobInfo.Retention.Mode.UNLOCKED;
                            })
                    .setRetainUntilTime(retention.until().atOffset(ZoneOffset.UTC))
                    .build());
        }
        return info.build();
    }

    @Override
    public Optional<StoredObject> find(ObjectName name) throws StoreException {
        @Nullable Blob blob = asked(() -> storage().get(id(name)));
        if (blob == null) {
            requireBucket();
            return Optional.empty();
        }
        Map<String, @Nullable String> metadata = blob.getMetadata();
        return Optional.of(new StoredObject(
                name,
                blob.getSize(),
                Optional.ofNullable(metadata == null ? null : metadata.get(SHA256)),
                lockedUntil(blob).map(OffsetDateTime::toInstant)));
    }

    /** By its own retention, or by the policy of its bucket, whichever is later. */
    private static Optional<OffsetDateTime> lockedUntil(Blob blob) {
        Optional<OffsetDateTime> own =
                Optional.ofNullable(blob.getRetention()).map(BlobInfo.Retention::getRetainUntilTime);
        Optional<OffsetDateTime> policy = Optional.ofNullable(blob.getRetentionExpirationTimeOffsetDateTime());
        return own.isPresent() && policy.isPresent() && policy.get().isBefore(own.get()) ? own : policy.or(() -> own);
    }

    /** Google says of an object that it is not there, and not whether its bucket is. */
    private void requireBucket() throws StoreException {
        if (!known) {
            try {
                bucket();
            } catch (StoreException failed) {
                if (failed.failure() != StoreFailure.DENIED) {
                    throw failed;
                }
            }
            known = true;
        }
    }

    private Bucket bucket() throws StoreException {
        @Nullable Bucket bucket = asked(() -> storage().get(where.bucket()));
        if (bucket == null) {
            throw new StoreException(StoreFailure.BUCKET_MISSING, "404");
        }
        return bucket;
    }

    @Override
    public InputStream read(ObjectName name) throws StoreException {
        if (find(name).isEmpty()) {
            throw new StoreException(StoreFailure.OBJECT_MISSING, "404");
        }
        ReadChannel channel =
                asked(() -> storage().reader(id(name), Storage.BlobSourceOption.shouldReturnRawInputStream(true)));
        channel.setChunkSize(1024 * 1024);
        return new StoreInput(new GcsInput(channel));
    }

    @Override
    public boolean canRetain() throws StoreException {
        Boolean answer = retains;
        if (answer == null) {
            BucketInfo.ObjectRetention retention = bucket().getObjectRetention();
            answer = retention != null && BucketInfo.ObjectRetention.Mode.ENABLED.equals(retention.getMode());
            retains = answer;
        }
        return answer;
    }

    @Override
    public int abandonUploads(String prefix) {
        return 0;
    }

    @Override
    public String location() {
        return "gs://" + where.bucket() + "/" + where.prefix();
    }

    Storage storage() {
        return client.storage();
    }

    private BlobId id(ObjectName name) {
        return BlobId.of(where.bucket(), where.prefix() + name.text());
    }

    private <T extends @Nullable Object> T asked(Supplier<T> call) throws StoreException {
        authenticate();
        try {
            return call.get();
        } catch (RuntimeException refused) {
            throw failed(refused);
        }
    }

    /** Here, so that a refusal of the credentials is told from one of the bucket. */
    void authenticate() throws StoreException {
        try {
            GoogleCredentials found = client.credentials();
            found.refreshIfExpired();
        } catch (IOException refused) {
            throw GcsRefusal.ofToken(refused, where.endpoint() != null);
        }
    }

    StoreException failed(Throwable refused) {
        return GcsRefusal.of(refused, where.endpoint() != null);
    }

    @Override
    public String toString() {
        return location();
    }

    @Override
    public void close() {
        client.close();
        credentials.close();
    }
}
