package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Authorities whose certificate somebody else signs: the request goes out, the certificate comes in. */
class CertifiedElsewhereTest {
    private static final String TENANT = "pki-elsewhere";

    private static RunningServer server;
    private static ApiClient owner;
    private static OutsideAuthority outside;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void prepare() throws Exception {
        server = RunningServer.shared();
        owner = server.owner(TENANT, TENANT);
        outside = OutsideAuthority.root(folder, "outside", 3650);
    }

    private static JsonNode pending(String name, Object... more) {
        Map<String, Object> body = new HashMap<>(Map.of(
                "name",
                name,
                "common_name",
                "CA " + name,
                "ca_type",
                "intermediate",
                "signed_by",
                "external",
                "key_type",
                "ec"));
        for (int i = 0; i < more.length; i += 2) {
            body.put((String) more[i], more[i + 1]);
        }
        return owner.post("/v1/pki/ca", body).expect(201).json();
    }

    private static String id(JsonNode shown) {
        return shown.get("id").stringValue();
    }

    private static String csr(String authority) {
        return owner.get("/v1/pki/ca/" + authority + "/csr")
                .expect(200)
                .json()
                .get("csr_pem")
                .stringValue();
    }

    private static ApiClient.Reply bring(String authority, String certificate, String... chain) {
        return owner.post(
                "/v1/pki/ca/" + authority + "/certificate",
                Map.of("certificate_pem", certificate, "chain_pem", List.of(chain)));
    }

    private static void refused(String authority, String rule, String certificate, String... chain) {
        ApiClient.Reply reply = bring(authority, certificate, chain).expect(422, "validation_error");
        assertThat(reply.json().at("/error/details/rule").stringValue())
                .as(reply.body())
                .isEqualTo(rule);
        assertThat(owner.get("/v1/pki/ca/" + authority)
                        .expect(200)
                        .json()
                        .get("status")
                        .stringValue())
                .isEqualTo("pending");
    }

    private static void stateOf(ApiClient.Reply reply, String state) {
        assertThat(reply.expect(409, "conflict")
                        .json()
                        .at("/error/details/state")
                        .stringValue())
                .isEqualTo(state);
    }

    @Test
    void pendingAuthority_signsNothing_andHasNeitherListNorResponder() throws Exception {
        JsonNode made = pending("waiting");
        String id = id(made);
        assertThat(made.get("status").stringValue()).isEqualTo("pending");
        assertThat(made.get("is_active").booleanValue()).isFalse();
        assertThat(made.get("csr_pending").booleanValue()).isTrue();
        assertThat(made.get("key_generation").intValue()).isZero();
        assertThat(made.get("serial_number").isNull()).isTrue();
        owner.post(
                        "/v1/pki/roles",
                        Map.of(
                                "name",
                                "of-waiting",
                                "ca_id",
                                id,
                                "allowed_domains",
                                List.of("x.test"),
                                "allow_bare_domains",
                                true))
                .expect(201);

        stateOf(owner.post("/v1/pki/issue/of-waiting", Map.of("common_name", "x.test")), "pending");
        stateOf(owner.get("/v1/pki/ca/" + id + "/certificate"), "pending");
        stateOf(owner.post("/v1/pki/ca/" + id + "/crl", null), "pending");
        stateOf(owner.post("/v1/pki/ca/" + id + "/disable", null), "pending");
        stateOf(owner.post("/v1/pki/ca/" + id + "/enable", null), "pending");
        stateOf(
                owner.post(
                        "/v1/pki/ca",
                        Map.of(
                                "name",
                                "below-waiting",
                                "common_name",
                                "Below",
                                "ca_type",
                                "intermediate",
                                "key_type",
                                "ec",
                                "parent_ca_id",
                                id)),
                "pending");
        ApiClient anybody = server.client(null);
        anybody.get("/v1/pki/ca/" + id + "/crl").expect(404, "ca_not_found");
        anybody.get("/v1/pki/ca/" + id + "/certificate/1.cer").expect(404);
        anybody.get("/v1/pki/ca/" + id + "/certificate/0.cer").expect(404);
        assertThat(Sql.superuser(server)
                        .value("select count(*) from certificate where tenant_id = 'tnt_" + TENANT
                                + "' and ca_id in (select ca_id from certificate_authority where name = 'waiting')"))
                .isEqualTo(0L);
    }

    @Test
    void request_asksForAnAuthority_andOpensslSignsItAsItStands() throws Exception {
        JsonNode made = pending(
                "asked",
                "max_path_length",
                1,
                "organization",
                "Acme",
                "name_constraints",
                Map.of("permitted_dns", List.of("a.test"), "excluded_ip", List.of("10.0.0.0/8")));
        String id = id(made);
        String pem = csr(id);
        Files.writeString(folder.resolve("shown.csr"), pem);
        assertThat(Programs.openssl(folder, "req", "-in", "shown.csr", "-noout", "-verify", "-text"))
                .contains("O = Acme, CN = CA asked")
                .contains("CA:TRUE, pathlen:1")
                .contains("Certificate Sign, CRL Sign")
                .contains("DNS:a.test");
        assertThat(owner.get("/v1/pki/ca/" + id + "/csr", "Accept", "application/x-pem-file")
                        .expect(200)
                        .body())
                .isEqualTo(pem);
        ApiClient.Reply der = owner.get("/v1/pki/ca/" + id + "/csr", "Accept", "application/pkcs10")
                .expect(200);
        assertThat(der.response().headers().firstValue("Content-Type")).contains("application/pkcs10");

        JsonNode certified =
                bring(id, outside.sign(pem), outside.pem()).expect(200).json();

        assertThat(certified.get("status").stringValue()).isEqualTo("active");
        assertThat(certified.get("csr_pending").booleanValue()).isFalse();
        assertThat(certified.get("key_generation").intValue()).isEqualTo(1);
        assertThat(certified.get("max_path_length").intValue()).isEqualTo(1);
        assertThat(certified.get("parent_ca_id").isNull()).isTrue();
        assertThat(certified.at("/name_constraints/permitted_dns/0").stringValue())
                .isEqualTo("a.test");
        assertThat(certified.at("/name_constraints/excluded_ip/0").stringValue())
                .isEqualTo("10.0.0.0/8");
        owner.get("/v1/pki/ca/" + id + "/csr").expect(404, "csr_not_found");
        stateOf(bring(id, outside.sign(pem), outside.pem()), "active");
    }

    @TempDir
    private Path own;

    @Test
    void whatItIssues_isAcceptedWithTheChainThatCame_andRevokedByItsList() throws Exception {
        OutsideAuthority policy = outside.below("policy-" + TENANT);
        String id = id(pending("chained"));
        // In any order, and all in one text.
        bring(id, outside.pem() + policy.sign(csr(id)) + policy.pem()).expect(200);
        owner.post(
                        "/v1/pki/roles",
                        Map.of(
                                "name",
                                "of-chained",
                                "ca_id",
                                id,
                                "allowed_domains",
                                List.of("chained.test"),
                                "allow_bare_domains",
                                true))
                .expect(201);
        JsonNode issued = owner.post("/v1/pki/issue/of-chained", Map.of("common_name", "chained.test", "ttl", "1h"))
                .expect(201)
                .json();

        assertThat(issued.get("ca_chain")).hasSize(3);
        StringBuilder above = new StringBuilder();
        issued.get("ca_chain").forEach(each -> above.append(each.stringValue()));
        Files.writeString(own.resolve("root.pem"), outside.pem());
        Files.writeString(own.resolve("above.pem"), above);
        Files.writeString(own.resolve("leaf.pem"), issued.get("certificate").stringValue());
        assertThat(Programs.openssl(
                        own, "verify", "-x509_strict", "-CAfile", "root.pem", "-untrusted", "above.pem", "leaf.pem"))
                .contains("OK");
        Files.writeString(own.resolve("all.pem"), issued.get("certificate").stringValue() + above);
        assertThat(Programs.run(own, 0, "certtool", "--verify-chain", "--infile", "all.pem"))
                .contains("Chain verification output: Verified");
        JsonNode shown =
                owner.get("/v1/pki/ca/" + id + "/certificate").expect(200).json();
        assertThat(shown.get("chain_pem")).hasSize(2);

        owner.post(
                        "/v1/pki/revoke",
                        Map.of("serial_number", issued.get("serial_number").stringValue(), "reason", "superseded"))
                .expect(200);
        String list = owner.post("/v1/pki/ca/" + id + "/crl", null)
                .expect(200)
                .json()
                .get("crl_pem")
                .stringValue();
        Files.writeString(own.resolve("crl.pem"), list);
        assertThat(Programs.run(
                        own,
                        2,
                        "openssl",
                        "verify",
                        "-x509_strict",
                        "-crl_check",
                        "-CRLfile",
                        "crl.pem",
                        "-CAfile",
                        "root.pem",
                        "-untrusted",
                        "above.pem",
                        "leaf.pem"))
                .contains("certificate revoked");
        assertThat(Programs.openssl(
                        own,
                        "ocsp",
                        "-issuer",
                        "above.pem",
                        "-cert",
                        "leaf.pem",
                        "-url",
                        "http://127.0.0.1:" + server.port() + "/v1/pki/ocsp/" + id,
                        "-CAfile",
                        "root.pem",
                        "-verify_other",
                        "above.pem"))
                .contains("Response verify OK")
                .contains("leaf.pem: revoked");
    }

    @Test
    void certificatesThatAreNotTheOne_areRefused_byTheRule() throws Exception {
        String id = id(pending(
                "picky",
                "max_path_length",
                0,
                "name_constraints",
                Map.of("permitted_dns", List.of("a.test", "b.test"))));
        String csr = csr(id);
        String another = Programs.request(own, "ec -pkeyopt ec_paramgen_curve:P-256", "/CN=CA picky");
        String[] good = {
            "basicConstraints=critical,CA:TRUE,pathlen:0",
            "keyUsage=critical,keyCertSign,cRLSign",
            "subjectKeyIdentifier=hash",
            "authorityKeyIdentifier=keyid",
            "nameConstraints=critical,permitted;DNS:b.test,permitted;DNS:a.test"
        };
        refused(id, "key_mismatch", outside.sign(another), outside.pem());
        refused(id, "key_mismatch", outside.pem());
        refused(id, "not_a_ca", outside.sign(csr, "basicConstraints=critical,CA:FALSE"), outside.pem());
        refused(id, "not_a_ca", outside.sign(csr, with(good, 0, "basicConstraints=CA:TRUE,pathlen:0")), outside.pem());
        refused(id, "not_a_ca", outside.sign(csr, with(good, 1, "keyUsage=critical,cRLSign")), outside.pem());
        refused(id, "not_a_ca", outside.sign(csr, with(good, 1, "keyUsage=critical,keyCertSign")), outside.pem());
        refused(id, "not_a_ca", outside.sign(csr, with(good, 2, "subjectKeyIdentifier=none")), outside.pem());
        refused(
                id,
                "max_path_length",
                outside.sign(csr, with(good, 0, "basicConstraints=critical,CA:TRUE")),
                outside.pem());
        refused(
                id,
                "max_path_length",
                outside.sign(csr, with(good, 0, "basicConstraints=critical,CA:TRUE,pathlen:1")),
                outside.pem());
        refused(
                id,
                "name_constraints",
                outside.sign(csr, with(good, 4, "authorityKeyIdentifier=keyid")),
                outside.pem());
        refused(
                id,
                "name_constraints",
                outside.sign(csr, with(good, 4, "nameConstraints=critical,permitted;DNS:a.test")),
                outside.pem());
        refused(id, "no_path", outside.sign(csr, good));
        OutsideAuthority namesake =
                OutsideAuthority.root(Files.createDirectory(own.resolve("namesake")), "outside", 30);
        refused(id, "no_path", outside.sign(csr, good), namesake.pem());
        OutsideAuthority other = OutsideAuthority.root(own, "unrelated", 30);
        refused(id, "not_in_chain", outside.sign(csr, good), outside.pem(), other.pem());
        OutsideAuthority leafless = outside.below(
                "leafless",
                "basicConstraints=critical,CA:TRUE,pathlen:0",
                "keyUsage=critical,cRLSign",
                "subjectKeyIdentifier=hash");
        refused(id, "key_usage", leafless.sign(csr, good), leafless.pem(), outside.pem());
        OutsideAuthority ended = OutsideAuthority.root(
                own,
                "lowest",
                30,
                "basicConstraints=critical,CA:TRUE,pathlen:0",
                "keyUsage=critical,keyCertSign,cRLSign");
        OutsideAuthority middle = ended.below("middle");
        refused(id, "path_length_exceeded", middle.sign(csr, good), middle.pem(), ended.pem());

        String unbound = id(pending("unbound"));
        refused(unbound, "expired", outside.signExpired(csr(unbound)), outside.pem());
        Map<String, Object> wrong =
                Map.of("certificate_pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        owner.post("/v1/pki/ca/" + id + "/certificate", wrong).expect(422, "validation_error");
        owner.post("/v1/pki/ca/" + id + "/certificate", Map.of()).expect(422, "validation_error");
        owner.post("/v1/pki/ca/" + id + "/certificate", Map.of("certificate_pem", outside.key()))
                .expect(422, "validation_error");
        owner.post(
                        "/v1/pki/ca/" + id + "/certificate",
                        Map.of("certificate_pem", outside.pem().repeat(11)))
                .expect(422, "validation_error");

        bring(id, outside.sign(csr, good), outside.pem()).expect(200);
    }

    private static String[] with(String[] extensions, int index, String other) {
        String[] changed = extensions.clone();
        changed[index] = other;
        return changed;
    }

    @Test
    void anotherSubject_isRefused_andTheSameInAnotherSpellingIsNot() throws Exception {
        String id = id(pending("spelt"));
        Files.writeString(own.resolve("asked.csr"), csr(id));
        Files.writeString(own.resolve("ca.ext"), String.join("\n", OutsideAuthority.CA));
        Files.copy(folder.resolve("outside.pem"), own.resolve("outside.pem"));
        Files.copy(folder.resolve("outside.key"), own.resolve("outside.key"));
        Programs.openssl(own, "req", "-in", "asked.csr", "-noout", "-pubkey", "-out", "pub.pem");
        for (String subject : List.of("/CN=Another", "/CN=ca  SPELT")) {
            Programs.openssl(
                    own,
                    "x509",
                    "-new",
                    "-force_pubkey",
                    "pub.pem",
                    "-subj",
                    subject,
                    "-CA",
                    "outside.pem",
                    "-CAkey",
                    "outside.key",
                    "-set_serial",
                    "0x" + "1".repeat(30),
                    "-days",
                    "30",
                    "-extfile",
                    "ca.ext",
                    "-out",
                    "made.pem");
            String made = Files.readString(own.resolve("made.pem"));
            if (subject.contains("Another")) {
                refused(id, "subject", made, outside.pem());
            } else {
                assertThat(bring(id, made, outside.pem())
                                .expect(200)
                                .json()
                                .get("subject")
                                .stringValue())
                        .isEqualTo("cn=ca  SPELT");
            }
        }
    }

    @Test
    void signedBelow_revokedAndDisabled_asAnyOther() throws Exception {
        String id = id(pending("parent", "max_path_length", 1));
        String certificate = outside.sign(csr(id));
        bring(id, certificate, outside.pem()).expect(200);
        JsonNode below = owner.post(
                        "/v1/pki/ca",
                        Map.of(
                                "name",
                                "below-parent",
                                "common_name",
                                "Below",
                                "ca_type",
                                "intermediate",
                                "key_type",
                                "ec",
                                "parent_ca_id",
                                id))
                .expect(201)
                .json();
        JsonNode shown = owner.get("/v1/pki/ca/" + id(below) + "/certificate")
                .expect(200)
                .json();
        assertThat(shown.get("chain_pem").get(0).stringValue()).isEqualToNormalizingNewlines(certificate);
        assertThat(shown.get("chain_pem").get(1).stringValue()).isEqualToNormalizingNewlines(outside.pem());
        Files.writeString(own.resolve("below.pem"), shown.get("certificate_pem").stringValue());
        Files.writeString(own.resolve("chain.pem"), certificate);
        Files.writeString(own.resolve("root.pem"), outside.pem());
        Programs.openssl(own, "verify", "-x509_strict", "-CAfile", "root.pem", "-untrusted", "chain.pem", "below.pem");

        owner.post("/v1/pki/ca/" + id + "/disable", null).expect(200);
        owner.post("/v1/pki/ca/" + id + "/enable", null).expect(200);
        assertThat(owner.post("/v1/pki/ca/" + id + "/revoke", Map.of("reason", "superseded"))
                        .expect(200)
                        .json()
                        .get("cas_revoked")
                        .intValue())
                .isEqualTo(2);
        String waiting = id(pending("never"));
        String csr = csr(waiting);
        owner.post("/v1/pki/ca/" + waiting + "/revoke", Map.of("reason", "cessation_of_operation"))
                .expect(200);
        stateOf(bring(waiting, outside.sign(csr), outside.pem()), "revoked");
        stateOf(owner.get("/v1/pki/ca/" + waiting + "/certificate"), "pending");
    }

    @Test
    void mistakesInTheForm_areNamed() {
        Map<String, Object> good = Map.of(
                "name",
                "form",
                "common_name",
                "Form",
                "ca_type",
                "intermediate",
                "signed_by",
                "external",
                "key_type",
                "ec");
        for (Map.Entry<String, Object> wrong : Map.<String, Object>of(
                        "signed_by",
                        "somebody",
                        "ca_type",
                        "root",
                        "parent_ca_id",
                        "ca_01K9Z6F3V4M8Q2T7B5N1C0D9XE",
                        "validity_days",
                        10)
                .entrySet()) {
            Map<String, Object> body = new HashMap<>(good);
            body.put(wrong.getKey(), wrong.getValue());
            ApiClient.Reply reply = owner.post("/v1/pki/ca", body).expect(422, "validation_error");
            assertThat(reply.json().at("/error/details/fields").propertyNames())
                    .containsExactly(wrong.getKey().equals("ca_type") ? "signed_by" : wrong.getKey());
        }
    }

    @Test
    void privateKey_liesSealed_andRotatesWithTheTenantsKey() throws Exception {
        ApiClient other = server.owner("pki-elsewhere-keys", "pki-elsewhere-keys");
        JsonNode made = other.post(
                        "/v1/pki/ca",
                        Map.of(
                                "name",
                                "sealed",
                                "common_name",
                                "Sealed",
                                "ca_type",
                                "intermediate",
                                "signed_by",
                                "external",
                                "key_type",
                                "ec"))
                .expect(201)
                .json();
        String csr = other.get("/v1/pki/ca/" + id(made) + "/csr")
                .expect(200)
                .json()
                .get("csr_pem")
                .stringValue();
        other.post("/v1/keys/tenant/rotate", null).expect(202);
        Sql.superuser(server).awaitKeyJobs("tnt_pki-elsewhere-keys");
        other.post(
                        "/v1/pki/ca/" + id(made) + "/certificate",
                        Map.of("certificate_pem", outside.sign(csr) + outside.pem()))
                .expect(200);
        other.post("/v1/pki/ca/" + id(made) + "/crl", null).expect(200);
        assertThat(new String(csr.getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII))
                .doesNotContain("PRIVATE");
    }
}
