package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Other people's programs ask where the certificate says, and believe the answer. */
class OcspPeersTest {
    private static RunningServer server;
    private static ApiClient owner;

    @TempDir
    private Path folder;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("ocsp-peers", "ocsp-peers");
    }

    /** A root and an intermediate of that kind of key below it, whose certificates say where this very server is; and a role of it. */
    private static void authority(String name, String keyType) {
        String root = PkiRoleApiTest.root(owner, name + "-root");
        String id = owner.post(
                        "/v1/pki/ca",
                        Map.of(
                                "name", name,
                                "common_name", "Peers " + name,
                                "ca_type", "intermediate",
                                "key_type", keyType,
                                "parent_ca_id", root))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        String here = "http://127.0.0.1:" + server.port() + "/v1/pki/ocsp/" + id;
        JsonNode patched = owner.patch("/v1/pki/ca/" + id, Map.of("ocsp_urls", List.of(here)))
                .expect(200)
                .json();
        assertThat(patched.get("ocsp_urls").get(0).stringValue()).isEqualTo(here);
        owner.post("/v1/pki/roles", Map.of("name", name, "ca_id", id, "allowed_domains", List.of("*.peers.test")))
                .expect(201);
    }

    private JsonNode issued(String role) throws Exception {
        JsonNode issued = owner.post("/v1/pki/issue/" + role, Map.of("common_name", "a.peers.test", "ttl", "2h"))
                .expect(201)
                .json();
        List<String> chain = new ArrayList<>();
        issued.get("ca_chain").forEach(each -> chain.add(each.stringValue()));
        Files.writeString(folder.resolve("leaf.pem"), issued.get("certificate").stringValue());
        Files.writeString(folder.resolve("issuer.pem"), chain.getFirst());
        Files.writeString(folder.resolve("root.pem"), chain.getLast());
        Files.writeString(folder.resolve("trust.pem"), String.join("", chain));
        return issued;
    }

    private static void revoke(JsonNode issued) {
        owner.post(
                        "/v1/pki/revoke",
                        Map.of("serial_number", issued.get("serial_number").stringValue(), "reason", "superseded"))
                .expect(200);
    }

    private String run(int expected, String... command) throws Exception {
        return Programs.run(folder, expected, command);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ec", "rsa", "ed25519"})
    void openssl_believesTheAnswer_ofEveryKindOfAuthority(String keyType) throws Exception {
        authority("openssl-" + keyType, keyType);
        JsonNode issued = issued("openssl-" + keyType);
        String url = run(0, "openssl", "x509", "-in", "leaf.pem", "-noout", "-ocsp_uri")
                .strip();
        assertThat(url).startsWith("http://127.0.0.1:" + server.port() + "/v1/pki/ocsp/ca_");
        String[] ask = {
            "openssl",
            "ocsp",
            "-issuer",
            "issuer.pem",
            "-cert",
            "leaf.pem",
            "-url",
            url,
            "-CAfile",
            "root.pem",
            "-verify_other",
            "issuer.pem"
        };
        assertThat(run(0, ask)).contains("Response verify OK").contains("leaf.pem: good");
        assertThat(run(0, with(ask, "-no_nonce")))
                .contains("Response verify OK")
                .contains("leaf.pem: good");
        assertThat(run(
                        0,
                        with(
                                new String[] {"openssl", "ocsp", "-sha256"},
                                List.of(ask).subList(2, ask.length).toArray(String[]::new))))
                .contains("leaf.pem: good");
        assertThat(run(0, with(ask, "-serial", "0x1234567890"))).contains("0x1234567890: unknown");

        revoke(issued);
        assertThat(run(0, with(ask, "-no_nonce")))
                .contains("Response verify OK")
                .contains("leaf.pem: revoked")
                .contains("Reason: superseded");
    }

    private static String[] with(String[] command, String... more) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void gnutls_asksWhereTheCertificateSays() throws Exception {
        authority("gnutls", "ec");
        JsonNode issued = issued("gnutls");
        String[] ask = {
            "ocsptool",
            "--ask",
            "--nonce",
            "--load-cert",
            "leaf.pem",
            "--load-issuer",
            "issuer.pem",
            "--load-trust",
            "trust.pem"
        };
        assertThat(run(0, ask)).contains("Certificate Status: good").contains("Verifying OCSP Response: Success");
        revoke(issued);
        assertThat(run(0, ask)).contains("Certificate Status: revoked").contains("Verifying OCSP Response: Success");
    }

    @Test
    void javaRuntime_asksWhereTheCertificateSays() throws Exception {
        authority("jdk", "ec");
        JsonNode issued = issued("jdk");
        List<X509Certificate> chain = List.of(
                OcspQuestions.certificate(issued.get("certificate").stringValue()),
                OcspQuestions.certificate(issued.get("ca_chain").get(0).stringValue()));
        X509Certificate root =
                OcspQuestions.certificate(issued.get("ca_chain").get(1).stringValue());
        validate(chain, root);
        revoke(issued);
        assertThatThrownBy(() -> validate(chain, root))
                .isInstanceOfSatisfying(
                        CertPathValidatorException.class,
                        refused -> assertThat(refused.getReason())
                                .isEqualTo(CertPathValidatorException.BasicReason.REVOKED));
    }

    private static void validate(List<X509Certificate> chain, X509Certificate root) throws Exception {
        CertPathValidator validator = CertPathValidator.getInstance("PKIX");
        PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
        checker.setOptions(
                EnumSet.of(PKIXRevocationChecker.Option.ONLY_END_ENTITY, PKIXRevocationChecker.Option.NO_FALLBACK));
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.addCertPathChecker(checker);
        validator.validate(CertificateFactory.getInstance("X.509").generateCertPath(chain), parameters);
    }

    /** What a certificate says of where to ask, unless somebody chose something else; a certificate that is never revoked says nothing of it. */
    @Test
    void certificates_pointToThisInstallation() throws Exception {
        String root = PkiRoleApiTest.root(owner, "pointing");
        owner.post(
                        "/v1/pki/roles",
                        Map.of("name", "pointing", "ca_id", root, "allowed_domains", List.of("*.peers.test")))
                .expect(201);
        issued("pointing");
        String shown = run(0, "openssl", "x509", "-in", "leaf.pem", "-noout", "-text");
        assertThat(shown)
                .contains("URI:http://127.0.0.1/v1/pki/ca/" + root + "/crl?generation=1\n")
                .contains("OCSP - URI:http://127.0.0.1/v1/pki/ocsp/" + root + "\n")
                .contains("CA Issuers - URI:http://127.0.0.1/v1/pki/ca/" + root + "/certificate/1.cer\n");
        assertThat(run(0, "openssl", "x509", "-in", "root.pem", "-noout", "-text"))
                .doesNotContain("URI:");

        owner.patch(
                        "/v1/pki/ca/" + root,
                        Map.of("crl_urls", List.of(), "ocsp_urls", List.of(), "issuer_urls", List.of()))
                .expect(200);
        issued("pointing");
        assertThat(run(0, "openssl", "x509", "-in", "leaf.pem", "-noout", "-text"))
                .doesNotContain("URI:");

        JsonNode back = owner.patch(
                        "/v1/pki/ca/" + root, "{\"crl_urls\": null, \"ocsp_urls\": null, \"issuer_urls\": null}")
                .expect(200)
                .json();
        assertThat(back.get("crl_urls").get(0).stringValue())
                .isEqualTo("http://127.0.0.1/v1/pki/ca/" + root + "/crl?generation=1");
        for (String wrong : List.of(
                "https://a.test/x",
                "ldap://a.test/x",
                "http://",
                "http://jo@a.test/",
                "http://a.test/#x",
                "http://a.test/ x",
                "x",
                "")) {
            owner.patch("/v1/pki/ca/" + root, Map.of("ocsp_urls", List.of(wrong)))
                    .expect(422, "validation_error");
        }
        owner.patch("/v1/pki/ca/" + root, Map.of("name", "other")).expect(400, "invalid_request");
    }
}
