package ai.scailabs.vault.audit.store.s3;

import ai.scailabs.vault.audit.store.ObjectName;
import ai.scailabs.vault.audit.store.PartedUpload;
import ai.scailabs.vault.audit.store.Retention;
import ai.scailabs.vault.audit.store.StoreException;
import java.io.ByteArrayInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.ObjectLockRetentionMode;

/** A multipart upload of S3, which begins with its first part. Not thread-safe. */
final class S3Upload extends PartedUpload {
    private static final Logger LOG = LoggerFactory.getLogger(S3Upload.class);

    private final S3ObjectStore store;
    private final ObjectName name;
    private final String contentType;
    private final @Nullable Retention retention;
    private final List<CompletedPart> parts = new ArrayList<>();
    private @Nullable String uploadId;

    S3Upload(S3ObjectStore store, ObjectName name, String contentType, @Nullable Retention retention, boolean there) {
        super(store, name, there);
        this.store = store;
        this.name = name;
        this.contentType = contentType;
        this.retention = retention;
    }

    @Override
    protected void send(int number, byte[] content, int length) throws StoreException {
        String checksum = checksum(content, length);
        try {
            String id = begun();
            String etag = store.client()
                    .uploadPart(
                            request -> request.bucket(store.bucket())
                                    .key(store.key(name))
                                    .uploadId(id)
                                    .partNumber(number)
                                    .checksumSHA256(checksum),
                            body(content, length))
                    .eTag();
            parts.add(CompletedPart.builder()
                    .partNumber(number)
                    .eTag(etag)
                    .checksumSHA256(checksum)
                    .build());
        } catch (SdkException refused) {
            throw store.failed(refused);
        }
    }

    private String begun() {
        String id = uploadId;
        if (id == null) {
            id = store.client()
                    .createMultipartUpload(request -> request.bucket(store.bucket())
                            .key(store.key(name))
                            .contentType(contentType)
                            .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                            .objectLockMode(mode())
                            .objectLockRetainUntilDate(S3ObjectStore.until(retention)))
                    .uploadId();
            uploadId = id;
        }
        return id;
    }

    @Override
    protected void join(long size, String sha256) throws StoreException {
        try {
            String version = store.client()
                    .completeMultipartUpload(request -> request.bucket(store.bucket())
                            .key(store.key(name))
                            .uploadId(uploadId)
                            .ifNoneMatch("*")
                            .multipartUpload(all -> all.parts(parts)))
                    .versionId();
            hold(version);
        } catch (SdkException refused) {
            throw store.failed(refused);
        }
    }

    /** Some of what only speaks like S3 forgets by the end of an upload what it was told at its beginning. */
    private void hold(@Nullable String version) {
        if (retention == null) {
            return;
        }
        HeadObjectResponse made = store.client()
                .headObject(request ->
                        request.bucket(store.bucket()).key(store.key(name)).versionId(version));
        if (made.objectLockRetainUntilDate() == null) {
            store.client()
                    .putObjectRetention(request -> request.bucket(store.bucket())
                            .key(store.key(name))
                            .versionId(version)
                            .retention(
                                    held -> held.mode(retentionMode(retention)).retainUntilDate(retention.until())));
        }
    }

    @Override
    protected void sendWhole(byte[] content, String sha256) throws StoreException {
        try {
            store.client()
                    .putObject(
                            request -> request.bucket(store.bucket())
                                    .key(store.key(name))
                                    .contentType(contentType)
                                    .metadata(Map.of(S3ObjectStore.SHA256, sha256))
                                    .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                                    .checksumSHA256(checksum(content, content.length))
                                    .ifNoneMatch("*")
                                    .objectLockMode(mode())
                                    .objectLockRetainUntilDate(S3ObjectStore.until(retention)),
                            body(content, content.length));
        } catch (SdkException refused) {
            throw store.failed(refused);
        }
    }

    @Override
    protected void discard() {
        if (uploadId != null) {
            try {
                store.client()
                        .abortMultipartUpload(request -> request.bucket(store.bucket())
                                .key(store.key(name))
                                .uploadId(uploadId));
            } catch (SdkException kept) {
                LOG.warn(
                        "parts of {} in {} were not given up: {}",
                        name,
                        store,
                        store.failed(kept).trace());
            }
        }
    }

    private @Nullable ObjectLockMode mode() {
        return retention == null
                ? null
                : switch (retention.mode()) {
                    case COMPLIANCE -> ObjectLockMode.COMPLIANCE;
                    case GOVERNANCE -> ObjectLockMode.GOVERNANCE;
                };
    }

    private static ObjectLockRetentionMode retentionMode(Retention retention) {
        return switch (retention.mode()) {
            case COMPLIANCE -> ObjectLockRetentionMode.COMPLIANCE;
            case GOVERNANCE -> ObjectLockRetentionMode.GOVERNANCE;
        };
    }

    /** Without a copy of the part. */
    private static RequestBody body(byte[] content, int length) {
        return RequestBody.fromContentProvider(
                () -> new ByteArrayInputStream(content, 0, length), length, "application/octet-stream");
    }

    private static String checksum(byte[] content, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(content, 0, length);
            return Base64.getEncoder().encodeToString(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the Java runtime lacks SHA-256", e);
        }
    }
}
