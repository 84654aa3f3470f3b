package ai.scailabs.vault.access.token;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenPropertiesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://id.example.test",
                "http://127.0.0.1.example.test",
                "http://user@127.0.0.1",
                "ftp://127.0.0.1",
                "id.example.test",
                "https:",
                "https://id.example.test#x",
                "not a url",
                ""
            })
    void unsafeIssuers_areRefusedEvenInDevelopment(String issuer) {
        assertThatThrownBy(() -> new TokenProperties(List.of(issuer), null, "scaivault", true))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void plainHttp_isForThisMachineInDevelopmentOnly() {
        List<String> loopback = List.of("http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:1");
        assertThatCode(() -> new TokenProperties(loopback, null, "scaivault", true))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> new TokenProperties(loopback, null, "scaivault", false))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TokenProperties(
                        List.of("https://id.example.test"),
                        URI.create("http://id.example.test/jwks"),
                        "scaivault",
                        true))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nothingToTrust_isRefused() {
        assertThatThrownBy(() -> new TokenProperties(List.of(), null, "scaivault", true))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TokenProperties(List.of("https://id.example.test"), null, " ", true))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TokenProperties(
                        List.of("https://id.example.test", "https://id.example.test"), null, "scaivault", true))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
