package ai.scailabs.vault.audit.store.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.audit.store.ObjectName;
import ai.scailabs.vault.audit.store.ObjectStore;
import ai.scailabs.vault.audit.store.ObjectStoreContract;
import ai.scailabs.vault.audit.store.ObjectUpload;
import ai.scailabs.vault.audit.store.StoreFailure;
import ai.scailabs.vault.audit.store.StoreSetup;
import ai.scailabs.vault.outbound.azure.GuardedAzureClient;
import ai.scailabs.vault.testkit.TestAzurite;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.blob.sas.BlobContainerSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import com.azure.storage.common.StorageSharedKeyCredential;
import java.net.URI;
import java.time.Duration;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Blob Storage as Azurite plays it, which verifies credentials. */
@Tag("slow")
class AzuriteStoreTest extends ObjectStoreContract {
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

    @Override
    protected String secret() {
        return TestAzurite.ACCOUNT_KEY;
    }

    /** Nobody lists them, and Azure discards them after a week. */
    @Override
    protected int abandonedUploadsFound() {
        return 0;
    }

    @Test
    void connectionString_namesAccountKeyAndEndpoint() throws Exception {
        String text = "DefaultEndpointsProtocol=http;AccountName=" + TestAzurite.ACCOUNT + ";AccountKey="
                + TestAzurite.ACCOUNT_KEY + ";BlobEndpoint=" + endpoint() + ";";
        try (ObjectStore store = open("{\"connection_string\":\"" + text + "\"}", null)) {
            assertThat(store.put(new ObjectName("by-connection-string"), TYPE, new byte[] {1}, null)
                            .bytes())
                    .isEqualTo(1);
        }
    }

    /** Least privilege: to read, to create and to write (which blocks need), and nothing more. */
    @Test
    void sharedAccessSignature_isEnough_andMayNotAskForRetention() throws Exception {
        String signature = owner.generateSas(new BlobServiceSasSignatureValues(
                OffsetDateTime.now().plusHours(1),
                new BlobContainerSasPermission()
                        .setReadPermission(true)
                        .setCreatePermission(true)
                        .setWritePermission(true)));
        try (ObjectStore store = open(
                "{\"account_name\":\"" + TestAzurite.ACCOUNT + "\",\"sas_token\":\"?" + signature + "\"}",
                endpoint())) {
            ObjectName name = new ObjectName("by-signature");
            store.put(name, TYPE, new byte[] {1}, null);
            store.put(name, TYPE, new byte[] {1}, null);
            assertThat(store.find(name)).isPresent();
            assertThatThrownBy(store::canRetain).satisfies(failedWith(StoreFailure.DENIED));
        }
    }

    @ParameterizedTest
    @CsvSource({"acmeaudit, bm90LXRoZS1rZXk=", "otheraccount, bm90LWEtc2VjcmV0LW91dHNpZGUtdGVzdHM="})
    void credentialsThatAreWrong_areRefused(String account, String key) {
        try (ObjectStore stranger =
                open("{\"account_name\":\"" + account + "\",\"account_key\":\"" + key + "\"}", endpoint())) {
            ObjectName name = new ObjectName("any");
            // Azure says AuthenticationFailed, as AzureRefusalsTest has it; Azurite takes it for a lack of rights.
            assertThatThrownBy(() -> stranger.find(name)).satisfies(failedWith(StoreFailure.DENIED));
            assertThatThrownBy(() -> stranger.read(name)).satisfies(failedWith(StoreFailure.DENIED));
            assertThatThrownBy(stranger::canRetain).satisfies(failedWith(StoreFailure.DENIED));
            assertThatThrownBy(() -> stranger.put(name, TYPE, new byte[1], null))
                    .satisfies(failedWith(StoreFailure.DENIED));
            assertThatThrownBy(() -> {
                        try (ObjectUpload upload = stranger.create(name, TYPE, null)) {
                            upload.complete();
                        }
                    })
                    .satisfies(failedWith(StoreFailure.DENIED));
        }
    }

    private static ObjectStore open(String credentials, URI endpoint) {
        return StoreSetup.open(
                StoreSetup.destination("azure_blob", BUCKET, "own/", endpoint), credentials, StoreSetup.QUICK);
    }
}
