package ai.scailabs.vault.federation.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class BackendConfigTest {
    private static final String TOKEN = "\"auth_method\":\"token\",\"auth_config_path\":\"infra/vault\"";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "hashicorp-vault | {} | endpoint",
                "hashicorp-vault | {\"endpoint\":7} | endpoint",
                "hashicorp-vault | {\"endpoint\":\"http://vault.example\"} | endpoint",
                "hashicorp-vault | {\"endpoint\":\"https://vault.example/v1\"} | endpoint",
                "hashicorp-vault | {\"endpoint\":\"https://user:pw@vault.example\"} | endpoint",
                "hashicorp-vault | {\"endpoint\":\"https://vault.example?x=1\"} | endpoint",
                "hashicorp-vault | {\"endpoint\":\"file:///etc/passwd\"} | endpoint",
                "hashicorp-vault | {\"endpoint\":\"https://v.example\"} | auth_method",
                "hashicorp-vault | {\"endpoint\":\"https://v.example\",\"auth_method\":\"ldap\"} | auth_method",
                "hashicorp-vault | {\"endpoint\":\"https://v.example\",\"auth_method\":\"token\"} | auth_config_path",
                "hashicorp-vault | {\"endpoint\":\"https://v.example\",\"auth_method\":\"aws\"} | auth_config_path",
                "hashicorp-vault | {\"endpoint\":\"https://v.example\",\"auth_method\":\"kubernetes\"} | auth_role",
                "hashicorp-vault | {\"endpoint\":\"https://v.example\",\"auth_method\":\"token\",\"auth_config_path\":\"../x\"} | auth_config_path",
                "hashicorp-vault | {\"endpoint\":\"https://v.example\",TOKEN,\"tls_verify\":false} | tls_verify",
                "hashicorp-vault | {\"endpoint\":\"https://v.example\",TOKEN,\"kv_version\":3} | kv_version",
                "hashicorp-vault | {\"endpoint\":\"https://v.example\",TOKEN,\"namespace\":\"/a/\"} | namespace",
                "hashicorp-vault | {\"endpoint\":\"https://v.example\",TOKEN,\"auth_mount\":\"a/../b\"} | auth_mount",
                "hashicorp-vault | {\"endpoint\":\"https://v.example\",TOKEN,\"ca_certificate\":\"none\"} | ca_certificate",
                "hashicorp-vault | {\"endpoint\":\"https://v.example\",TOKEN,\"token\":\"hvs.secret\"} | token",
                "aws-secrets-manager | {} | region",
                "aws-secrets-manager | {\"region\":\"eu-central-1.evil.example/\"} | region",
                "aws-secrets-manager | {\"region\":\"eu-central-1\",\"credentials_path\":\"A\"} | credentials_path",
                "azure-key-vault | {} | vault_url",
                "google-secret-manager | {\"project_id\":\"p/../q\"} | project_id",
                "google-secret-manager | {\"project_id\":\"acme-prod\",\"location\":\"x.y\"} | location",
            })
    void whatCannotBeSo_isRefusedByItsField(String type, String config, String field) {
        assertThatThrownBy(() -> of(type, config, false)).isInstanceOfSatisfying(VaultException.class, refused -> {
            assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_CONFIG);
            assertThat(refused.details()).containsEntry("field", "config." + field);
            assertThat(refused.getMessage()).doesNotContain("hvs.secret", "evil", "pw@");
        });
    }

    /** A secret may have slipped into the place of a name. */
    @Test
    void aMemberThatIsNoName_isNotRepeated() {
        assertThatThrownBy(() -> of("aws-secrets-manager", "{\"region\":\"eu-central-1\",\"AKIA1234\":1}", false))
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refused -> assertThat(refused.getMessage()).doesNotContain("AKIA"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "\"x\"", "7"})
    void whatIsNoObject_isRefused(String config) {
        assertThatThrownBy(() -> of("aws-secrets-manager", config, false))
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refused -> assertThat(refused.details()).containsEntry("field", "config"));
    }

    @Test
    void forDevelopment_thisMachineNeedsNoTls() {
        String here = "{\"endpoint\":\"http://127.0.0.1:8200\",TOKEN,\"tls_verify\":false}";

        assertThat(of("hashicorp-vault", here, true).members())
                .containsEntry("endpoint", "http://127.0.0.1:8200")
                .containsEntry("tls_verify", false);
        assertThatThrownBy(() -> of("hashicorp-vault", here.replace("127.0.0.1", "10.0.0.1"), true))
                .isInstanceOf(VaultException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "hashicorp-vault | {\"endpoint\":\"https://v.example:8200\",\"auth_method\":\"approle\",\"auth_config_path\":\"infra/v\",\"namespace\":\"team/a\",\"kv_version\":2}",
                "hashicorp-vault | {\"endpoint\":\"https://v.example\",\"auth_method\":\"aws\",\"auth_config_path\":\"infra/v\",\"aws_server_id\":\"v.example\",\"aws_region\":\"eu-central-1\"}",
                "aws-secrets-manager | {\"region\":\"us-gov-west-1\",\"credentials_path\":\"infra/aws\",\"endpoint\":\"https://vpce.example\"}",
                "azure-key-vault | {\"vault_url\":\"https://acme.vault.azure.net/\",\"credentials_path\":\"infra/azure\"}",
                "google-secret-manager | {\"project_id\":\"acme-prod\",\"location\":\"europe-west3\"}",
            })
    void whatIsShown_isReadAgainAsTheSame(String type, String config) {
        BackendConfig read = of(type, config, false);

        assertThat(of(type, JsonMapper.shared().writeValueAsString(read.members()), false))
                .isEqualTo(read);
    }

    private static BackendConfig of(String type, String config, boolean development) {
        return BackendConfig.of(
                BackendType.parse(type).orElseThrow(),
                JsonMapper.shared().readTree(config.replace("TOKEN", TOKEN)),
                development);
    }
}
