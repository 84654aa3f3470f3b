package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Keys that are given as a file under a password. */
class PkiKeystoreApiTest {
    private static final String PASSWORD = "correct-\"horse\"-\\battery";

    private static ApiClient owner;

    @BeforeAll
    static void prepare() {
        owner = RunningServer.shared().owner("pki-keystore", "pki-keystore");
        String authority = PkiRoleApiTest.root(owner, "keystore-root");
        owner.post("/v1/pki/roles", Map.of("name", "svc", "ca_id", authority, "allowed_domains", List.of("*.internal")))
                .expect(201);
    }

    private static ApiClient.Reply issue(Object... members) {
        Map<String, Object> body = new HashMap<>(Map.of("common_name", "pay.internal", "ttl", "1h"));
        for (int i = 0; i < members.length; i += 2) {
            body.put((String) members[i], members[i + 1]);
        }
        return owner.post("/v1/pki/issue/svc", body);
    }

    @Test
    void keystoresThatCannotBe_areRefused_beforeAKeyIsMade() {
        for (String password : List.of("", "short-7", "x".repeat(129), "not-ascii-é", "with\ttab-in-it")) {
            ApiClient.Reply refused =
                    issue("format", "pkcs12", "password", password).expect(422, "validation_error");
            assertThat(refused.json().at("/error/details/fields/password").stringValue())
                    .contains("8 to 128");
        }
        issue("format", "pkcs12").expect(422, "validation_error");
        issue("format", "pfx", "password", PASSWORD).expect(422, "validation_error");
        issue("password", PASSWORD).expect(422, "validation_error");
        issue("format", "pem", "password", PASSWORD).expect(422, "validation_error");
        issue("format", "jks", "password", PASSWORD, "private_key_format", "pkcs8")
                .expect(422, "validation_error");
        for (Object wrong : List.of(12345678, true, List.of(PASSWORD), Map.of("is", PASSWORD))) {
            ApiClient.Reply refused =
                    issue("format", "pkcs12", "password", wrong).expect(400, "invalid_request");
            assertThat(refused.body()).doesNotContain("horse");
        }
    }

    @Test
    void keystore_holdsTheKeyOfTheCertificate_andTheKeyIsNowhereElse() throws Exception {
        for (String format : List.of("pkcs12", "jks")) {
            JsonNode issued =
                    issue("format", format, "password", PASSWORD).expect(201).json();
            assertThat(issued.has("private_key")).isFalse();
            assertThat(issued.get("keystore_format").stringValue()).isEqualTo(format);
            KeyStore store = KeyStore.getInstance(format);
            store.load(
                    new ByteArrayInputStream(
                            Base64.getDecoder().decode(issued.get("keystore").stringValue())),
                    PASSWORD.toCharArray());
            PrivateKey key = (PrivateKey) store.getKey("pay.internal", PASSWORD.toCharArray());
            X509Certificate leaf = (X509Certificate) store.getCertificate("pay.internal");
            assertThat(store.getCertificateChain("pay.internal")).hasSize(2);
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update(new byte[] {1});
            byte[] signed = signature.sign();
            signature.initVerify(leaf);
            signature.update(new byte[] {1});
            assertThat(signature.verify(signed)).isTrue();
        }
        assertThat(issue("format", "pem").expect(201).json().has("private_key")).isTrue();
    }
}
