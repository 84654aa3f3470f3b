package ai.scailabs.vault.audit.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.audit.store.ObjectName;
import ai.scailabs.vault.audit.store.ObjectStore;
import ai.scailabs.vault.audit.store.ObjectStoreContract;
import ai.scailabs.vault.audit.store.ObjectUpload;
import ai.scailabs.vault.audit.store.Retention;
import ai.scailabs.vault.audit.store.StoreSetup;
import ai.scailabs.vault.audit.store.StoredObject;
import ai.scailabs.vault.outbound.aws.GuardedSdkClient;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What is S3's own: Object Lock. */
abstract class S3StoreContract extends ObjectStoreContract {
    static final String LOCKING = "acme-locked";

    @Override
    protected String type() {
        return "s3";
    }

    /** As the owner of the bucket has it. */
    static S3Client owner(URI endpoint, String id, String secret) {
        SdkHttpClient http = new GuardedSdkClient(StoreSetup.here(), Duration.ofSeconds(20));
        return S3Client.builder()
                .region(Region.EU_CENTRAL_1)
                .forcePathStyle(true)
                .endpointOverride(endpoint)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(id, secret)))
                .httpClient(http)
                .build();
    }

    static void createBuckets(S3Client owner) {
        owner.createBucket(request ->
                request.bucket(BUCKET).createBucketConfiguration(where -> where.locationConstraint("eu-central-1")));
        owner.createBucket(request -> request.bucket(LOCKING)
                .objectLockEnabledForBucket(true)
                .createBucketConfiguration(where -> where.locationConstraint("eu-central-1")));
    }

    protected abstract S3Client owner();

    @ParameterizedTest
    @ValueSource(ints = {100, ObjectStore.PART_BYTES + 100})
    void lockedObject_cannotBeDeletedByItsOwnCredentials(int size) throws Exception {
        try (ObjectStore locking = at(LOCKING, endpoint(), StoreSetup.QUICK)) {
            assertThat(locking.canRetain()).isTrue();
            Instant until = Instant.now().plus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);
            ObjectName name = new ObjectName("locked-" + size);
            byte[] content = StoreSetup.bytes(size, 1);
            StoredObject stored;
            try (ObjectUpload upload = locking.create(name, TYPE, new Retention(until, Retention.Mode.COMPLIANCE))) {
                upload.write(content);
                stored = upload.complete();
            }
            assertThat(stored.lockedUntil()).contains(until);
            List<ObjectVersion> versions =
                    owner().listObjectVersions(request -> request.bucket(LOCKING)).versions().stream()
                            .filter(version -> version.key().endsWith("/" + name))
                            .toList();
            assertThat(versions).hasSize(1);
            ObjectVersion version = versions.getFirst();
            assertThatThrownBy(() -> owner().deleteObject(request -> request.bucket(LOCKING)
                            .key(version.key())
                            .versionId(version.versionId())
                            .bypassGovernanceRetention(true)))
                    .isInstanceOfSatisfying(
                            S3Exception.class, e -> assertThat(e.statusCode()).isIn(400, 403));
            assertThat(owner().getObjectAsBytes(request ->
                                    request.bucket(LOCKING).key(version.key()).versionId(version.versionId()))
                            .asByteArray())
                    .isEqualTo(content);
        }
    }

    @Test
    void bucketWithoutObjectLock_saysSo_andTakesTheObject() throws Exception {
        assertThat(store().canRetain()).isFalse();
        StoredObject stored = store().put(
                        new ObjectName("free"),
                        TYPE,
                        new byte[] {1},
                        new Retention(Instant.now().plus(1, ChronoUnit.HOURS), Retention.Mode.COMPLIANCE));
        assertThat(stored.lockedUntil()).isEmpty();
    }

    @Test
    void governance_isAskedForAsSuch() throws Exception {
        try (ObjectStore locking = at(LOCKING, endpoint(), StoreSetup.QUICK)) {
            Instant until = Instant.now().plus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);
            ObjectName name = new ObjectName("governed");
            locking.put(name, TYPE, new byte[] {1}, new Retention(until, Retention.Mode.GOVERNANCE));
            String key = owner().listObjectVersions(request -> request.bucket(LOCKING)).versions().stream()
                    .map(ObjectVersion::key)
                    .filter(candidate -> candidate.endsWith("/" + name))
                    .findAny()
                    .orElseThrow();
            assertThat(owner().headObject(request -> request.bucket(LOCKING).key(key))
                            .objectLockModeAsString())
                    .isEqualTo("GOVERNANCE");
        }
    }
}
