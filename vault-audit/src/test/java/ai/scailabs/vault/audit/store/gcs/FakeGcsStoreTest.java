package ai.scailabs.vault.audit.store.gcs;

import ai.scailabs.vault.audit.store.ObjectStoreContract;
import ai.scailabs.vault.testkit.TestFakeGcs;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** Cloud Storage as fake-gcs-server plays it, with tokens of an issuer of ours. */
@Tag("slow")
class FakeGcsStoreTest extends ObjectStoreContract {
    private static TestFakeGcs gcs;
    private static TokenIssuer issuer;

    @BeforeAll
    static void start() {
        gcs = TestFakeGcs.start();
        gcs.createBucket(BUCKET);
        issuer = new TokenIssuer();
    }

    @AfterAll
    static void stop() {
        gcs.close();
        issuer.close();
    }

    @Override
    protected String type() {
        return "gcs";
    }

    @Override
    protected URI endpoint() {
        return gcs.endpoint();
    }

    @Override
    protected String credentials() {
        return issuer.credentials();
    }

    @Override
    protected String secret() {
        return TokenIssuer.TOKEN;
    }

    /** Nobody lists them, and Google discards them after a week. */
    @Override
    protected int abandonedUploadsFound() {
        return 0;
    }
}
