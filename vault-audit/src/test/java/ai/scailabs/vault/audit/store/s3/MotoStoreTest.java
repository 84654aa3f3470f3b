package ai.scailabs.vault.audit.store.s3;

import ai.scailabs.vault.audit.store.ObjectName;
import ai.scailabs.vault.testkit.TestMoto;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

/** S3 as moto plays it, which enforces Object Lock and takes any credentials. */
class MotoStoreTest extends S3StoreContract {
    private static final int RACES = 4;
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

    /** Moto looks whether an object is there, and writes it then, without a lock: of two that come between, both are told that they wrote. Real stores, and MinIO, do not; a client that does not ask for it would lose every time. */
    @Override
    @Test
    protected void completedByTwoAtOnce_isOneOfThem_andTheOtherIsToldSo() throws Exception {
        AssertionError last = null;
        for (int attempt = 0; attempt < RACES; attempt++) {
            try {
                race(new ObjectName("raced-" + attempt));
                return;
            } catch (AssertionError bothWrote) {
                last = bothWrote;
            }
        }
        throw last == null ? new AssertionError("no race was run") : last;
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
