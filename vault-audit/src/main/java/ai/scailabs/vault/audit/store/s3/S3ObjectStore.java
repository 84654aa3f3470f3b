package ai.scailabs.vault.audit.store.s3;

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
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.outbound.aws.AwsIdentity;
import ai.scailabs.vault.outbound.aws.GuardedSdkClient;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.ObjectLockEnabled;

/**
 * A bucket of S3, or of what speaks like it. Objects are created under the condition that there is none ({@code If-None-Match: *}), which every part of a larger one bears the SHA-256 of, for S3 to
 * verify. Thread-safe.
 */
public final class S3ObjectStore implements ObjectStore {
    static final String SHA256 = "sha256";

    private final Destination.S3 where;
    private final StoreCredentials credentials;
    private final AwsIdentity identity;
    private final S3Client s3;
    private volatile @Nullable Boolean retains;

    private S3ObjectStore(Destination.S3 where, StoreCredentials credentials, AwsIdentity identity, S3Client s3) {
        this.where = where;
        this.credentials = credentials;
        this.identity = identity;
        this.s3 = s3;
    }

    /** Asks nobody yet. The credentials are the store's from here on. */
    public static S3ObjectStore open(
            Destination.S3 where,
            StoreCredentials credentials,
            TenantId tenant,
            GuardedTransfers transfers,
            StoreTimes times) {
        GuardedSdkClient http = new GuardedSdkClient(transfers, times.each());
        ClientOverrideConfiguration calls = ClientOverrideConfiguration.builder()
                .apiCallTimeout(times.all())
                .retryStrategy(StandardRetryStrategy.builder()
                        .maxAttempts(times.tries())
                        .backoffStrategy(BackoffStrategy.exponentialDelay(times.firstPause(), times.longestPause()))
                        .throttlingBackoffStrategy(BackoffStrategy.exponentialDelay(
                                times.firstPause(), times.longestPause().multipliedBy(2)))
                        .build())
                .build();
        AwsIdentity identity = S3Credentials.identity(credentials, where, tenant, http, calls);
        S3ClientBuilder builder = S3Client.builder()
                .region(Region.of(where.region()))
                .forcePathStyle(where.pathStyle())
                .credentialsProvider(identity.provider())
                .httpClient(http)
                .overrideConfiguration(calls)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .disableS3ExpressSessionAuth(true)
                .serviceConfiguration(s3 -> s3.chunkedEncodingEnabled(false));
        if (where.endpoint() != null) {
            builder.endpointOverride(where.endpoint());
        }
        return new S3ObjectStore(where, credentials, identity, builder.build());
    }

    @Override
    public ObjectUpload create(ObjectName name, String contentType, @Nullable Retention retention)
            throws StoreException {
        return new S3Upload(this, name, contentType, held(retention), isThere(name));
    }

    @Override
    public StoredObject put(ObjectName name, String contentType, byte[] content, @Nullable Retention retention)
            throws StoreException {
        if (content.length > PART_BYTES) {
            throw new IllegalArgumentException("more than one part");
        }
        S3Upload upload = new S3Upload(this, name, contentType, held(retention), false);
        upload.write(content, 0, content.length);
        return upload.complete();
    }

    @Override
    public Optional<StoredObject> find(ObjectName name) throws StoreException {
        try {
            return Optional.of(stored(
                    name,
                    s3.headObject(request -> request.bucket(where.bucket()).key(key(name)))));
        } catch (AwsServiceException refused) {
            if (refused.statusCode() >= 500 || refused.statusCode() == 429) {
                throw failed(refused);
            }
            return why(name);
        } catch (SdkException refused) {
            throw failed(refused);
        }
    }

    /** An answer to HEAD has no body, and so does not say whether it is the object that is missing, or the bucket, or a right. */
    private Optional<StoredObject> why(ObjectName name) throws StoreException {
        try {
            s3.getObject(request -> request.bucket(where.bucket()).key(key(name)))
                    .abort();
            return Optional.of(stored(
                    name,
                    s3.headObject(request -> request.bucket(where.bucket()).key(key(name)))));
        } catch (SdkException refused) {
            StoreException failure = failed(refused);
            if (failure.failure() == StoreFailure.OBJECT_MISSING) {
                return Optional.empty();
            }
            throw failure;
        }
    }

    private static StoredObject stored(ObjectName name, HeadObjectResponse head) {
        return new StoredObject(
                name,
                head.contentLength(),
                Optional.ofNullable(head.metadata().get(SHA256)),
                Optional.ofNullable(head.objectLockRetainUntilDate()));
    }

    @Override
    public InputStream read(ObjectName name) throws StoreException {
        try {
            return new StoreInput(
                    s3.getObject(request -> request.bucket(where.bucket()).key(key(name))));
        } catch (SdkException refused) {
            throw failed(refused);
        }
    }

    @Override
    public boolean canRetain() throws StoreException {
        Boolean known = retains;
        if (known == null) {
            known = asked();
            retains = known;
        }
        return known;
    }

    private boolean asked() throws StoreException {
        try {
            return s3.getObjectLockConfiguration(request -> request.bucket(where.bucket()))
                            .objectLockConfiguration()
                            .objectLockEnabled()
                    == ObjectLockEnabled.ENABLED;
        } catch (AwsServiceException refused) {
            // Of what only speaks like S3, some have no such question.
            if (S3Refusal.code(refused).equals("ObjectLockConfigurationNotFoundError") || refused.statusCode() == 501) {
                return false;
            }
            throw failed(refused);
        } catch (SdkException refused) {
            throw failed(refused);
        }
    }

    private @Nullable Retention held(@Nullable Retention retention) throws StoreException {
        return retention != null && canRetain() ? retention : null;
    }

    @Override
    public int abandonUploads(String prefix) throws StoreException {
        int count = 0;
        try {
            for (MultipartUpload upload : s3.listMultipartUploadsPaginator(ListMultipartUploadsRequest.builder()
                            .bucket(where.bucket())
                            .prefix(where.prefix() + prefix)
                            .build())
                    .uploads()) {
                s3.abortMultipartUpload(request ->
                        request.bucket(where.bucket()).key(upload.key()).uploadId(upload.uploadId()));
                count++;
            }
        } catch (SdkException refused) {
            throw failed(refused);
        }
        return count;
    }

    @Override
    public String location() {
        return "s3://" + where.bucket() + "/" + where.prefix();
    }

    S3Client client() {
        return s3;
    }

    String bucket() {
        return where.bucket();
    }

    String key(ObjectName name) {
        return where.prefix() + name.text();
    }

    StoreException failed(SdkException refused) {
        return S3Refusal.of(refused, where.endpoint() != null);
    }

    static @Nullable Instant until(@Nullable Retention retention) {
        return retention == null ? null : retention.until();
    }

    @Override
    public String toString() {
        return location();
    }

    @Override
    public void close() {
        s3.close();
        identity.close();
        credentials.close();
    }
}
