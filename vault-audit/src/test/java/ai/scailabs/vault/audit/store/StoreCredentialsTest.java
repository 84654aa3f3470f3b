package ai.scailabs.vault.audit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreCredentialsTest {
    private static final String SECRET = "not-a-secret-outside-tests";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "s3 | {}",
                "s3 | []",
                "s3 | {\"access_key_id\":",
                "s3 | {\"access_key_id\":\"not-a-secret-outside-tests\"}",
                "s3 | {\"secret_access_key\":\"not-a-secret-outside-tests\"}",
                "s3 | {\"access_key_id\":\"\",\"secret_access_key\":\"not-a-secret-outside-tests\"}",
                "s3 | {\"access_key_id\":5,\"secret_access_key\":\"not-a-secret-outside-tests\"}",
                "s3 | {\"session_token\":\"not-a-secret-outside-tests\",\"role_arn\":\"arn:aws:iam::111122223333:role/a\"}",
                "s3 | {\"role_arn\":\"not-a-secret-outside-tests\"}",
                "gcs | {}",
                "gcs | {\"nested\":{\"service_account_json\":\"not-a-secret-outside-tests\"}}",
                "azure_blob | {}",
                "azure_blob | {\"account_name\":\"acmeaudit\"}",
                "azure_blob | {\"account_name\":\"no/account\",\"account_key\":\"not-a-secret-outside-tests\"}",
                "azure_blob | {\"account_key\":\"not-a-secret-outside-tests\",\"sas_token\":\"b\"}",
                "azure_blob | {\"client_secret\":\"not-a-secret-outside-tests\",\"client_id\":\"a\"}",
                "azure_blob | {\"client_secret\":\"a\",\"client_id\":\"a\",\"tenant_id\":\"not-a-secret/outside-tests\"}"
            })
    void secretThatIsNotEnough_isRefused_andNotRepeated(String type, String json) {
        assertThatThrownBy(() -> StoreCredentials.of(type, json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(VaultException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.VALIDATION_ERROR);
                    assertThat(e.getMessage() + e.details())
                            .contains("destination.credentials_path")
                            .doesNotContain("not-a-secret");
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "s3 | {\"note\":[1,{\"a\":2}],\"access_key_id\":\"not-a-secret-outside-tests\",\"secret_access_key\":\"not-a-secret-outside-tests\",\"session_token\":\"not-a-secret-outside-tests\"}",
                "gcs | {\"service_account_json\":\"not-a-secret-outside-tests\"}",
                "azure_blob | {\"account_name\":\"acmeaudit\",\"account_key\":\"not-a-secret-outside-tests\"}",
                "azure_blob | {\"sas_token\":\"not-a-secret-outside-tests\"}",
                "azure_blob | {\"connection_string\":\"not-a-secret-outside-tests\"}",
                "azure_blob | {\"tenant_id\":\"t\",\"client_id\":\"c\",\"client_secret\":\"not-a-secret-outside-tests\"}"
            })
    void values_areNotPrinted_andAreWiped(String type, String json) {
        StoreCredentials credentials = StoreCredentials.of(type, json.getBytes(StandardCharsets.UTF_8));
        assertThat(credentials.toString()).doesNotContain("not-a-secret").contains("[redacted]");
        credentials.close();
        assertThatThrownBy(() -> reveal(credentials)).isInstanceOf(IllegalStateException.class);
    }

    private static String reveal(StoreCredentials credentials) {
        return switch (credentials) {
            case StoreCredentials.WorkloadIdentity none -> "";
            case StoreCredentials.S3 keys ->
                StoreCredentials.revealed(keys.secretAccessKey().orElseThrow());
            case StoreCredentials.Gcs key -> StoreCredentials.revealed(key.serviceAccountJson());
            case StoreCredentials.AzureBlob azure ->
                switch (azure.way()) {
                    case StoreCredentials.AzureBlob.Way.AccountKey way -> StoreCredentials.revealed(way.key());
                    case StoreCredentials.AzureBlob.Way.SasToken way -> StoreCredentials.revealed(way.token());
                    case StoreCredentials.AzureBlob.Way.ConnectionString way -> StoreCredentials.revealed(way.text());
                    case StoreCredentials.AzureBlob.Way.Client way -> StoreCredentials.revealed(way.secret());
                };
        };
    }

    @Test
    void fileOfAServiceAccount_isTakenAsTextOrAsAnObject() {
        String file = "{\"type\": \"service_account\", \"private_key\": \"" + SECRET + " \\u00e9\\n\"}";
        StoreCredentials.Gcs object = (StoreCredentials.Gcs) StoreCredentials.of(
                "gcs", ("{\"a\":1, \"service_account_json\": " + file + ", \"b\":2}").getBytes(StandardCharsets.UTF_8));
        assertThat(StoreCredentials.revealed(object.serviceAccountJson())).isEqualTo(file);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "/a", "a/", "a//b", "..", "a/../b", ".", "a b", "a\\b", "a\nb", "é", "a?b", "a#b", "a%2e"})
    void nameThatSomeVendorReadsOtherwise_isNone(String text) {
        assertThatThrownBy(() -> new ObjectName(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "UPPER, '', https://s3.example, eu-central-1",
        "a, '', https://s3.example, eu-central-1",
        "a/b/c, '', https://s3.example, eu-central-1",
        "bucket, ../x, https://s3.example, eu-central-1",
        "bucket, a//b, https://s3.example, eu-central-1",
        "bucket, '', https://user@s3.example, eu-central-1",
        "bucket, '', https://s3.example/?x=1, eu-central-1",
        "bucket, '', ftp://s3.example, eu-central-1",
        "bucket, '', s3.example, eu-central-1",
        "bucket, '', https://s3.example, evil.example/x",
    })
    void destinationThatIsNone_isRefused(String bucket, String prefix, String endpoint, String region) {
        assertThatThrownBy(() -> new Destination.S3(bucket, prefix, URI.create(endpoint), region, true))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VALIDATION_ERROR));
    }

    @Test
    void prefix_endsInOneSlash() {
        assertThat(new Destination.Gcs("acme-audit", "a/b", null).prefix()).isEqualTo("a/b/");
        assertThat(new Destination.Gcs("acme-audit", "a/b/", null).prefix()).isEqualTo("a/b/");
        assertThat(new Destination.Gcs("acme-audit", "", null).prefix()).isEmpty();
    }
}
