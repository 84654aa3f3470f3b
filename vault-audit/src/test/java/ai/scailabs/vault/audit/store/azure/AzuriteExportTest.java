package ai.scailabs.vault.audit.store.azure;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.export.LargeExport;
import ai.scailabs.vault.audit.store.StoreSetup;
import ai.scailabs.vault.outbound.azure.GuardedAzureClient;
import ai.scailabs.vault.testkit.TestAzurite;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.common.StorageSharedKeyCredential;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class AzuriteExportTest extends LargeExport {
    private static TestAzurite azurite;
    private static BlobContainerClient owner;

    @BeforeAll
    static void start() {
        azurite = TestAzurite.start();
        owner = new BlobContainerClientBuilder()
                .endpoint(azurite.endpoint().toString())
                .containerName(BUCKET)
                .httpClient(new GuardedAzureClient(StoreSetup.here(), Duration.ofSeconds(20)))
                .credential(new StorageSharedKeyCredential(TestAzurite.ACCOUNT, TestAzurite.ACCOUNT_KEY))
                .buildClient();
        owner.create();
    }

    @AfterAll
    static void stop() {
        azurite.close();
    }

    @Override
    protected String type() {
        return "azure_blob";
    }

    @Override
    protected URI endpoint() {
        return azurite.endpoint();
    }

    @Override
    protected String credentials() {
        return "{\"account_name\":\"" + TestAzurite.ACCOUNT + "\",\"account_key\":\"" + TestAzurite.ACCOUNT_KEY + "\"}";
    }

    /** Azurite knows no immutability. */
    @Override
    protected void inspect(List<String> names, boolean allLocked) {
        assertThat(allLocked).isFalse();
        assertThat(owner.listBlobs().stream().map(BlobItem::getName)).containsExactlyInAnyOrderElementsOf(names);
    }
}
