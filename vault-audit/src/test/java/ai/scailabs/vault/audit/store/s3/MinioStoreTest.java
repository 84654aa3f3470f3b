package ai.scailabs.vault.audit.store.s3;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.audit.store.ObjectName;
import ai.scailabs.vault.audit.store.ObjectStore;
import ai.scailabs.vault.audit.store.StoreFailure;
import ai.scailabs.vault.audit.store.StoreSetup;
import ai.scailabs.vault.testkit.TestMinio;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.s3.S3Client;

/** A server that speaks like S3, and verifies signatures. */
@Tag("slow")
class MinioStoreTest extends S3StoreContract {
    private static TestMinio minio;
    private static S3Client owner;

    @BeforeAll
    static void start() {
        minio = TestMinio.start();
        owner = owner(minio.endpoint(), TestMinio.ACCESS_KEY_ID, TestMinio.SECRET_ACCESS_KEY);
        createBuckets(owner);
    }

    @AfterAll
    static void stop() {
        owner.close();
        minio.close();
    }

    @Override
    protected URI endpoint() {
        return minio.endpoint();
    }

    @Override
    protected String credentials() {
        return keys(TestMinio.ACCESS_KEY_ID, TestMinio.SECRET_ACCESS_KEY);
    }

    private static String keys(String id, String secret) {
        return "{\"access_key_id\":\"" + id + "\",\"secret_access_key\":\"" + secret + "\"}";
    }

    @Override
    protected String secret() {
        return TestMinio.SECRET_ACCESS_KEY;
    }

    /** It lists uploads of one object only, and discards them by itself after a day. */
    @Override
    protected int abandonedUploadsFound() {
        return 1;
    }

    @Override
    protected S3Client owner() {
        return owner;
    }

    @ParameterizedTest
    @CsvSource({"nobody, not-a-secret-outside-tests", "scaivault-tests, not-the-secret-of-it"})
    void credentialsThatAreWrong_areRefused_andToldAsSuch(String id, String secret) {
        try (ObjectStore stranger = StoreSetup.open(
                StoreSetup.destination("s3", BUCKET, "", endpoint()), keys(id, secret), StoreSetup.QUICK)) {
            ObjectName name = new ObjectName("any");
            assertThatThrownBy(() -> stranger.find(name)).satisfies(failedWith(StoreFailure.CREDENTIALS_REFUSED));
            assertThatThrownBy(() -> stranger.read(name)).satisfies(failedWith(StoreFailure.CREDENTIALS_REFUSED));
            assertThatThrownBy(stranger::canRetain).satisfies(failedWith(StoreFailure.CREDENTIALS_REFUSED));
            assertThatThrownBy(() -> stranger.put(name, TYPE, new byte[1], null))
                    .satisfies(failedWith(StoreFailure.CREDENTIALS_REFUSED));
            assertThatThrownBy(() -> stranger.create(name, TYPE, null))
                    .satisfies(failedWith(StoreFailure.CREDENTIALS_REFUSED));
            assertThatThrownBy(() -> stranger.abandonUploads(""))
                    .satisfies(failedWith(StoreFailure.CREDENTIALS_REFUSED));
        }
    }
}
