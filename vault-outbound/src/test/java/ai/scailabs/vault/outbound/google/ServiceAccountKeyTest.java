package ai.scailabs.vault.outbound.google;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class ServiceAccountKeyTest {
    private static KeyPair keys(String algorithm, int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    private static String file(KeyPair pair) {
        Map<String, String> file = new LinkedHashMap<>();
        file.put("type", "service_account");
        file.put("project_id", "acme");
        file.put("private_key_id", "k1");
        file.put(
                "private_key",
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(pair.getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        file.put("client_email", "a@acme.iam.gserviceaccount.com");
        return JsonMapper.shared().writeValueAsString(file);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "7",
                "{}",
                "{\"client_email\": \"a\", \"private_key_id\": \"b\"}",
                "{\"client_email\": \"a\", \"private_key_id\": \"b\", \"private_key\": \"not-a-key\"}",
                "{\"client_email\": \"a\", \"private_key_id\": \"b\", \"private_key\": \"-----BEGIN PRIVATE KEY-----AAAA-----END PRIVATE KEY-----\"}"
            })
    void whatIsNoFile_isRefused_andNothingOfItIsRepeated(String json) {
        assertThatThrownBy(() -> ServiceAccountKey.parse(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .hasMessage("not the file of a service account's key");
    }

    @Test
    void keyOfAnotherKind_orThatIsTooShort_isRefused() throws Exception {
        for (KeyPair pair : new KeyPair[] {keys("EC", 256), keys("RSA", 512)}) {
            assertThatThrownBy(() -> ServiceAccountKey.parse(file(pair))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void jwt_isSignedByTheKey_andTheKeyIsShownNowhere() throws Exception {
        KeyPair pair = keys("RSA", 2048);
        ServiceAccountKey key = ServiceAccountKey.parse(file(pair));

        String[] parts = key.jwt(Map.of("iss", key.email())).split("\\.", -1);

        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(pair.getPublic());
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
        assertThat(new String(Base64.getUrlDecoder().decode(parts[0]), StandardCharsets.UTF_8))
                .isEqualTo("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"k1\"}");
        assertThat(key.project()).isEqualTo("acme");
        assertThat(key.toString()).isEqualTo("[redacted]");
    }
}
