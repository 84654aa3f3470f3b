package ai.scailabs.vault.audit.store.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.export.LargeExport;
import ai.scailabs.vault.testkit.TestFakeGcs;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class FakeGcsExportTest extends LargeExport {
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

    /** It knows no retention. */
    @Override
    protected void inspect(List<String> names, boolean allLocked) {
        assertThat(allLocked).isFalse();
        // Twelve files, as the million and the entry that tells of the export make eleven and the proof and the
        // manifest come to them.
        assertThat(names).hasSizeGreaterThanOrEqualTo(12);
    }
}
