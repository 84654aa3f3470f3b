package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** How certificates are signed, where a role says it. */
class PkiSignatureApiTest {
    private static final String PSS = "1.2.840.113549.1.1.10";

    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static ApiClient owner;
    private static String curve;
    private static String rsa;

    @BeforeAll
    static void prepare() throws Exception {
        server = RunningServer.shared();
        owner = server.owner("pki-signed", "pki-signed");
        curve = PkiRoleApiTest.root(owner, "signed-curve");
        rsa = owner.post(
                        "/v1/pki/ca",
                        Map.of(
                                "name",
                                "signed-rsa",
                                "common_name",
                                "Signed RSA",
                                "ca_type",
                                "root",
                                "key_type",
                                "rsa",
                                "key_size",
                                2048))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        Files.writeString(
                folder.resolve("root.pem"),
                owner.get("/v1/pki/ca/" + rsa + "/certificate", "Accept", "application/x-pem-file")
                        .expect(200)
                        .body());
    }

    private static Map<String, Object> role(String name, String authority, Object... members) {
        Map<String, Object> body =
                new HashMap<>(Map.of("name", name, "ca_id", authority, "allowed_domains", List.of("*.internal")));
        for (int i = 0; i < members.length; i += 2) {
            body.put((String) members[i], members[i + 1]);
        }
        return body;
    }

    private static X509Certificate issued(String role) throws Exception {
        JsonNode issued = owner.post("/v1/pki/issue/" + role, Map.of("common_name", "a.internal"))
                .expect(201)
                .json();
        String pem = issued.get("certificate").stringValue();
        Files.writeString(folder.resolve("leaf.pem"), pem);
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void signatureThatTheAuthoritysKeyCannotMake_isRefused_alsoAsAChange() {
        for (Object bits : List.of(0, 1, 255, 384.5, 1024, "256")) {
            owner.post("/v1/pki/roles", role("odd", rsa, "signature_bits", bits))
                    .expect(400);
        }
        owner.post("/v1/pki/roles", role("odd", curve, "signature_bits", 384)).expect(400, "invalid_role");
        ApiClient.Reply pss = owner.post("/v1/pki/roles", role("odd", curve, "use_pss", true));
        assertThat(pss.expect(400, "invalid_role")
                        .json()
                        .at("/error/details/fields/use_pss")
                        .stringValue())
                .contains("EC_P256");
        owner.get("/v1/pki/roles/odd").expect(404, "role_not_found");

        JsonNode plain = owner.post("/v1/pki/roles", role("of-curve", curve, "signature_bits", 256))
                .expect(201)
                .json();
        assertThat(plain.get("use_pss").booleanValue()).isFalse();
        owner.patch("/v1/pki/roles/of-curve", Map.of("use_pss", true)).expect(400, "invalid_role");
        owner.patch("/v1/pki/roles/of-curve", Map.of("signature_bits", 512)).expect(400, "invalid_role");
        owner.patch("/v1/pki/roles/of-curve", Map.of("ca_id", rsa, "use_pss", true))
                .expect(200);
        owner.patch("/v1/pki/roles/of-curve", Map.of("ca_id", curve)).expect(400, "invalid_role");
        JsonNode back = owner.patch("/v1/pki/roles/of-curve", "{\"signature_bits\": null, \"use_pss\": null}")
                .expect(200)
                .json();
        assertThat(back.get("signature_bits").isNull()).isTrue();
        assertThat(back.get("use_pss").booleanValue()).isFalse();
    }

    @Test
    void pss_isUnderCertificatesOfTheRole_andUnderNothingElse() throws Exception {
        owner.post("/v1/pki/roles", role("pss", rsa, "use_pss", true)).expect(201);
        owner.post("/v1/pki/roles", role("plain", rsa, "signature_bits", 512)).expect(201);
        assertThat(issued("plain").getSigAlgName()).isEqualTo("SHA512withRSA");
        X509Certificate certificate = issued("pss");
        assertThat(certificate.getSigAlgOID()).isEqualTo(PSS);
        assertThat(((RSAPublicKey) authority().getPublicKey()).getModulus().bitLength())
                .isEqualTo(2048);
        certificate.verify(authority().getPublicKey());
        assertThat(Programs.run(folder, 0, "openssl", "verify", "-x509_strict", "-CAfile", "root.pem", "leaf.pem"))
                .contains("leaf.pem: OK");

        // Whose signature it bears is seen from it all the same.
        owner.post(
                        "/v1/pki/revoke",
                        Map.of("certificate_pem", Files.readString(folder.resolve("leaf.pem")), "reason", "superseded"))
                .expect(200);
        owner.post("/v1/pki/ca/" + rsa + "/crl", null).expect(200);
        byte[] der = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(
                                        URI.create("http://127.0.0.1:" + server.port() + "/v1/pki/ca/" + rsa + "/crl"))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray())
                .body();
        X509CRL list = (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
        assertThat(list.getSigAlgName()).isEqualTo("SHA256withRSA");
        assertThat(list.isRevoked(certificate)).isTrue();
    }

    private static X509Certificate authority() throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(Files.newInputStream(folder.resolve("root.pem")));
    }

    /** An authority may have got a key of another kind since the role was written. */
    @Test
    void roleThatFitsNoMore_isRefusedByTheDryRunAndByIssuing_andTakesNoNumber() {
        owner.post("/v1/pki/roles", role("stranded", rsa, "use_pss", true, "signature_bits", 384))
                .expect(201);
        Sql sql = Sql.superuser(server);
        sql.update(
                "update pki_role r set ca_id = a.ca_id from certificate_authority a where a.tenant_id = r.tenant_id and a.name = 'signed-curve' and r.name = 'stranded'");
        String before = sql.fingerprint("tnt_pki-signed");
        JsonNode tried = owner.post("/v1/pki/roles/stranded/check", Map.of("common_name", "x.elsewhere"))
                .expect(200)
                .json();
        assertThat(tried.get("allowed").booleanValue()).isFalse();
        assertThat(tried.get("violations")).hasSize(2);
        assertThat(tried.at("/violations/1/rule").stringValue()).isEqualTo("use_pss");
        JsonNode refused = owner.post("/v1/pki/issue/stranded", Map.of("common_name", "a.internal"))
                .expect(422, "validation_error")
                .json();
        assertThat(refused.at("/error/details/rule").stringValue()).isEqualTo("use_pss");
        assertThat(sql.fingerprint("tnt_pki-signed")).isEqualTo(before);
    }
}
