package ai.scailabs.vault.kms.azure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AzureKeyUrlTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "root",
                "http://acme.vault.azure.net/keys/root",
                "https://acme.vault.azure.net/keys/",
                "https://acme.vault.azure.net/secrets/root",
                "https://acme.vault.azure.net:8443/keys/root",
                "https://acme.vault.azure.net/keys/root/latest",
                "https://acme.vault.azure.net/keys/root/0123456789abcdef0123456789ABCDEF",
                "https://acme.vault.azure.net/keys/root?x",
                "https://acme.vault.azure.net/keys/../root",
                "https://user@acme.vault.azure.net/keys/root",
                "https://evil.example/keys/root",
                "https://evil.example/.vault.azure.net/keys/root",
                "https://acme.vault.azure.net.evil.example/keys/root",
                "https://a.b.vault.azure.net/keys/root",
                "https://vault.azure.net/keys/root"
            })
    void whatIsNotTheUrlOfAKey_isNone(String text) {
        assertThat(AzureKeyUrl.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "https://acme.vault.azure.net/keys/root, false",
        "https://acme-2.vault.azure.cn/keys/Root-1/0123456789abcdef0123456789abcdef, false",
        "https://acme.vault.usgovcloudapi.net/keys/root, false",
        "https://acme.managedhsm.azure.net/keys/root, true"
    })
    void urlOfAKey_saysWhereItIs(String text, boolean hsm) {
        assertThat(AzureKeyUrl.parse(text)).hasValueSatisfying(url -> {
            assertThat(url).hasToString(text);
            assertThat(url.isInManagedHsm()).isEqualTo(hsm);
        });
    }
}
