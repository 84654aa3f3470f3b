package ai.scailabs.vault.audit.store.vendor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.audit.store.Destination;
import ai.scailabs.vault.audit.store.ObjectStores;
import ai.scailabs.vault.audit.store.StoreCredentials;
import ai.scailabs.vault.audit.store.StoreSetup;
import ai.scailabs.vault.audit.store.StoreTimes;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VendorStoresTest {
    private static final URI THEIRS = URI.create("https://storage.example");

    private final ObjectStores stores = new VendorStores(
            StoreSetup.here(),
            StoreTimes.USUAL,
            Set.of("s3:acme-audit", "gcs:acme-audit", "azure_blob:acmeaudit/acme-audit"),
            new SecureRandom());

    @ParameterizedTest
    @CsvSource({"s3, others", "gcs, others", "azure_blob, others"})
    void bucketThatTheOperatorDidNotName_isNotWrittenToAsTheService(String type, String bucket) {
        refuses(StoreSetup.destination(type, bucket, "", null), new StoreCredentials.WorkloadIdentity());
    }

    /** Whoever chose the endpoint would be shown the operator's token. */
    @ParameterizedTest
    @ValueSource(strings = {"s3", "gcs"})
    void endpointThatSomebodyChose_isNeverShownTheServicesOwnIdentity(String type) {
        refuses(StoreSetup.destination(type, "acme-audit", "", THEIRS), new StoreCredentials.WorkloadIdentity());
        refuses(
                new Destination.AzureBlob("acme-audit", "", THEIRS, "acmeaudit"),
                new StoreCredentials.WorkloadIdentity());
    }

    @Test
    void roleThatTheServiceTakesAsItself_isNotAskedForElsewhere() {
        String role = "{\"role_arn\":\"arn:aws:iam::111122223333:role/audit\"}";
        refuses(StoreSetup.destination("s3", "acme-audit", "", THEIRS), credentials("s3", role));
        assertThatCode(() -> stores.open(
                                StoreSetup.destination("s3", "any-bucket", "", null),
                                credentials("s3", role),
                                StoreSetup.TENANT)
                        .close())
                .doesNotThrowAnyException();
    }

    @Test
    void bucketsThatTheOperatorNamed_areOpenedAsTheService() {
        for (Destination destination : new Destination[] {
            new Destination.Gcs("acme-audit", "", null), new Destination.AzureBlob("acme-audit", "", null, "acmeaudit")
        }) {
            assertThatCode(() -> stores.open(destination, new StoreCredentials.WorkloadIdentity(), StoreSetup.TENANT)
                            .close())
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void credentialsOfAnotherVendor_areRefused_andWiped() {
        StoreCredentials.S3 keys =
                (StoreCredentials.S3) credentials("s3", "{\"access_key_id\":\"a\",\"secret_access_key\":\"b\"}");
        refuses(StoreSetup.destination("gcs", "acme-audit", "", null), keys);
        assertThatThrownBy(() -> keys.secretAccessKey().orElseThrow().expose())
                .isInstanceOf(IllegalStateException.class);
    }

    private void refuses(Destination destination, StoreCredentials credentials) {
        assertThatThrownBy(() -> stores.open(destination, credentials, StoreSetup.TENANT))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VALIDATION_ERROR));
    }

    private static StoreCredentials credentials(String type, String json) {
        return StoreCredentials.of(type, json.getBytes(StandardCharsets.UTF_8));
    }
}
