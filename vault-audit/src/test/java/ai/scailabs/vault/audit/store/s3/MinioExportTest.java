package ai.scailabs.vault.audit.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.audit.export.LargeExport;
import ai.scailabs.vault.testkit.TestMinio;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** A bucket with Object Lock: what was exported cannot be deleted by the credentials that wrote it. */
@Tag("slow")
class MinioExportTest extends LargeExport {
    private static TestMinio minio;
    private static S3Client owner;

    @BeforeAll
    static void start() {
        minio = TestMinio.start();
        owner = S3StoreContract.owner(minio.endpoint(), TestMinio.ACCESS_KEY_ID, TestMinio.SECRET_ACCESS_KEY);
        owner.createBucket(request -> request.bucket(BUCKET).objectLockEnabledForBucket(true));
    }

    @AfterAll
    static void stop() {
        owner.close();
        minio.close();
    }

    @Override
    protected String type() {
        return "s3";
    }

    @Override
    protected URI endpoint() {
        return minio.endpoint();
    }

    @Override
    protected String credentials() {
        return "{\"access_key_id\":\"" + TestMinio.ACCESS_KEY_ID + "\",\"secret_access_key\":\""
                + TestMinio.SECRET_ACCESS_KEY + "\"}";
    }

    @Override
    protected void inspect(List<String> names, boolean allLocked) {
        assertThat(allLocked).isTrue();
        List<ObjectVersion> versions =
                owner.listObjectVersions(request -> request.bucket(BUCKET)).versions();
        assertThat(versions).extracting(ObjectVersion::key).containsExactlyInAnyOrderElementsOf(names);
        for (ObjectVersion version : versions) {
            assertThatThrownBy(() -> owner.deleteObject(request -> request.bucket(BUCKET)
                            .key(version.key())
                            .versionId(version.versionId())
                            .bypassGovernanceRetention(true)))
                    .isInstanceOfSatisfying(
                            S3Exception.class, e -> assertThat(e.statusCode()).isIn(400, 403));
        }
    }
}
