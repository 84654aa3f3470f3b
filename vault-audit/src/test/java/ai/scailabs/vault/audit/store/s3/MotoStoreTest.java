package ai.scailabs.vault.audit.store.s3;

import ai.scailabs.vault.testkit.TestMoto;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import software.amazon.awssdk.services.s3.S3Client;

/** S3 as moto plays it, which enforces Object Lock and takes any credentials. */
class MotoStoreTest extends S3StoreContract {
    private static final String SECRET = "not-a-secret-outside-tests";

    private static TestMoto moto;
    private static S3Client owner;

    @BeforeAll
    static void start() {
        moto = TestMoto.start();
        owner = owner(moto.endpoint(), "any", SECRET);
        createBuckets(owner);
    }

    @AfterAll
    static void stop() {
        owner.close();
        moto.close();
    }

    @Override
    protected URI endpoint() {
        return moto.endpoint();
    }

    @Override
    protected String credentials() {
        return "{\"access_key_id\":\"any\",\"secret_access_key\":\"" + SECRET + "\"}";
    }

    @Override
    protected String secret() {
        return SECRET;
    }

    @Override
    protected int abandonedUploadsFound() {
        return 1;
    }

    @Override
    protected S3Client owner() {
        return owner;
    }
}
