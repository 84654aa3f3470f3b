package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Requests of OpenSSL, and what of them gets into certificates. */
class PkiSignApiTest {
    private static final String P256 = "ec -pkeyopt ec_paramgen_curve:P-256";

    private static RunningServer server;
    private static ApiClient owner;
    private static String authority;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("pki-sign", "pki-sign");
        authority = PkiRoleApiTest.root(owner, "sign-root");
        role("any-key", "key_type", "any");
        role("ec", "key_type", "ec", "key_bits", 256);
    }

    private static void role(String name, Object... members) {
        Map<String, Object> body =
                new HashMap<>(Map.of("name", name, "ca_id", authority, "allowed_domains", List.of("*.internal")));
        for (int i = 0; i < members.length; i += 2) {
            body.put((String) members[i], members[i + 1]);
        }
        owner.post("/v1/pki/roles", body).expect(201);
    }

    private static String openssl(String... arguments) throws Exception {
        return Programs.openssl(folder, arguments);
    }

    private static String request(String key, String subject, String... extensions) throws Exception {
        return Programs.request(folder, key, subject, extensions);
    }

    private static X509Certificate signed(String role, Map<String, Object> body) throws Exception {
        JsonNode answer = owner.post("/v1/pki/sign/" + role, body).expect(201).json();
        assertThat(answer.has("private_key")).isFalse();
        Files.writeString(folder.resolve("leaf.pem"), answer.get("certificate").stringValue());
        Files.writeString(
                folder.resolve("root.pem"), answer.get("ca_chain").get(0).stringValue());
        openssl("verify", "-x509_strict", "-CAfile", "root.pem", "leaf.pem");
        assertThat(openssl("x509", "-in", "leaf.pem", "-noout", "-pubkey"))
                .isEqualTo(openssl("req", "-in", "csr.pem", "-noout", "-pubkey"));
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(
                        answer.get("certificate").stringValue().getBytes(StandardCharsets.US_ASCII)));
    }

    private static List<String> names(X509Certificate certificate) throws Exception {
        return certificate.getSubjectAlternativeNames().stream()
                .map(name -> String.valueOf(name.get(1)))
                .toList();
    }

    @Test
    void namesAndKeyOfTheRequest_areInTheCertificate_andNothingElse() throws Exception {
        String csr = request(
                P256,
                "/C=US/O=Somebody/CN=Web.internal",
                "subjectAltName=DNS:api.internal",
                "basicConstraints=critical,CA:TRUE",
                "keyUsage=keyCertSign",
                "extendedKeyUsage=codeSigning");
        X509Certificate leaf = signed("ec", Map.of("csr_pem", csr, "ttl", "1h"));
        assertThat(leaf.getSubjectX500Principal().getName()).isEqualTo("CN=web.internal");
        assertThat(names(leaf)).containsExactly("web.internal", "api.internal");
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getKeyUsage()[5]).isFalse();
        assertThat(leaf.getExtendedKeyUsage()).doesNotContain("1.3.6.1.5.5.7.3.3");
    }

    @Test
    void everyKindOfKeyThatIsStrong_isTaken_whereTheRoleTakesAny() throws Exception {
        for (String key : List.of(P256, "ec -pkeyopt ec_paramgen_curve:P-384", "rsa:2048", "ed25519")) {
            signed("any-key", Map.of("csr_pem", request(key, "/CN=k.internal"), "ttl", "1h"));
        }
        for (String key : List.of("rsa:1024", "ec -pkeyopt ec_paramgen_curve:secp256k1")) {
            owner.post("/v1/pki/sign/any-key", Map.of("csr_pem", request(key, "/CN=k.internal")))
                    .expect(422, "csr_rejected");
        }
        ApiClient.Reply wrong = owner.post("/v1/pki/sign/ec", Map.of("csr_pem", request("rsa:2048", "/CN=k.internal")));
        wrong.expect(422, "csr_rejected");
        assertThat(wrong.json().at("/error/details/rule").stringValue()).isEqualTo("key_type");
    }

    @Test
    void oneNameThatIsNotAllowed_refusesAll_andOverridesTakeThePlaceOfTheRequests() throws Exception {
        String csr =
                request(P256, "/CN=good.internal", "subjectAltName=DNS:good.internal,DNS:bad.example.com,IP:10.0.0.1");
        ApiClient.Reply refused = owner.post("/v1/pki/sign/ec", Map.of("csr_pem", csr, "ttl", "1h"));
        refused.expect(422, "name_not_allowed");
        assertThat(refused.json().at("/error/details/violations")).hasSize(2);
        X509Certificate leaf =
                signed("ec", Map.of("csr_pem", csr, "ttl", "1h", "alt_names", List.of("other.internal")));
        assertThat(names(leaf)).containsExactly("good.internal", "other.internal");

        role("own-names", "use_csr_common_name", false, "use_csr_sans", false);
        assertThat(names(signed("own-names", Map.of("csr_pem", csr, "ttl", "1h", "common_name", "mine.internal"))))
                .containsExactly("mine.internal");
        owner.post("/v1/pki/sign/own-names", Map.of("csr_pem", csr, "ttl", "1h"))
                .expect(422);
    }

    @Test
    void requestsThatAreNone_areRefused_andTakeNoNumber() throws Exception {
        Sql sql = Sql.superuser(server);
        String csr = request(P256, "/CN=x.internal");
        Object before =
                sql.value("select count(*) from certificate where tenant_id = 'tnt_pki-sign' and common_name is null");
        String[] lines = csr.split("\n");
        lines[2] = (lines[2].charAt(10) == 'A' ? "B" : "A") + lines[2].substring(1);
        for (String bad : List.of(
                "", "x", csr.replace("REQUEST", "THING"), csr + csr, String.join("\n", lines), "x".repeat(40_000))) {
            owner.post("/v1/pki/sign/ec", Map.of("csr_pem", bad, "ttl", "1h")).expect(422, "csr_rejected");
        }
        owner.post("/v1/pki/sign/ec", Map.of("ttl", "1h")).expect(422, "validation_error");
        owner.post("/v1/pki/sign/ec", Map.of("csr_pem", csr, "private_key_format", "pkcs8"))
                .expect(400, "invalid_request");
        owner.post("/v1/pki/sign/ec", Map.of("csr_pem", csr, "ttl", "500d")).expect(422, "ttl_exceeded");
        assertThat(sql.value(
                        "select count(*) from certificate where tenant_id = 'tnt_pki-sign' and common_name is null"))
                .isEqualTo(before);
    }

    @Test
    void signing_takesWriteOnTheRole() throws Exception {
        Map<String, Object> body = Map.of("csr_pem", request(P256, "/CN=x.internal"), "ttl", "1h");
        ApiClient reader = server.member(owner, "pki-sign", "pki-sign", "looker", "pki/roles/ec", "read");
        reader.post("/v1/pki/sign/ec", body).expect(403, "access_denied");
        ApiClient writer = server.member(owner, "pki-sign", "pki-sign", "signer", "pki/roles/ec", "write");
        writer.post("/v1/pki/sign/ec", body).expect(201);
        writer.post("/v1/pki/sign/any-key", body).expect(403, "access_denied");
    }
}
