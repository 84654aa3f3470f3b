package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Certificates as their holders get them, and as other people's programs read them. */
class PkiIssueApiTest {
    private static final String TENANT = "tnt_pki-issue";

    private static RunningServer server;
    private static ApiClient owner;
    private static String root;
    private static String intermediate;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("pki-issue", "pki-issue");
        root = PkiRoleApiTest.root(owner, "issue-root");
        intermediate = owner.post(
                        "/v1/pki/ca",
                        Map.of(
                                "name",
                                "issue-mtls",
                                "common_name",
                                "Issue mTLS",
                                "ca_type",
                                "intermediate",
                                "key_type",
                                "ec",
                                "parent_ca_id",
                                root))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        role(
                "svc",
                "allowed_domains",
                List.of("*.svc.cluster.local", "*.internal"),
                "allow_subdomains",
                true,
                "allow_ip_sans",
                true,
                "max_ttl",
                "720h");
    }

    private static void role(String name, Object... members) {
        Map<String, Object> body = new HashMap<>();
        body.put("name", name);
        body.put("ca_id", intermediate);
        for (int i = 0; i < members.length; i += 2) {
            body.put((String) members[i], members[i + 1]);
        }
        owner.post("/v1/pki/roles", body).expect(201);
    }

    private static JsonNode issued(String role, Map<String, Object> body) {
        return owner.post("/v1/pki/issue/" + role, body).expect(201).json();
    }

    private static X509Certificate certificate(String pem) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    private static List<String> names(X509Certificate certificate) throws Exception {
        return certificate.getSubjectAlternativeNames().stream()
                .map(name -> String.valueOf(name.get(1)))
                .toList();
    }

    private static void assertValidForTheRuntime(JsonNode issued) throws Exception {
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(certificate(issued.get("certificate").stringValue()));
        for (JsonNode above : issued.get("ca_chain")) {
            chain.add(certificate(above.stringValue()));
        }
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(chain.removeLast(), null)));
        parameters.setRevocationEnabled(false);
        CertPathValidator.getInstance("PKIX")
                .validate(CertificateFactory.getInstance("X.509").generateCertPath(chain), parameters);
    }

    private static void write(Path folder, JsonNode issued) throws Exception {
        Files.writeString(folder.resolve("leaf.pem"), issued.get("certificate").stringValue());
        Files.writeString(folder.resolve("key.pem"), issued.get("private_key").stringValue());
        StringBuilder between = new StringBuilder();
        JsonNode chain = issued.get("ca_chain");
        for (int i = 0; i < chain.size() - 1; i++) {
            between.append(chain.get(i).stringValue());
        }
        Files.writeString(folder.resolve("between.pem"), between);
        Files.writeString(
                folder.resolve("root.pem"), chain.get(chain.size() - 1).stringValue());
    }

    @Test
    void callAsItIsPasted_givesACertificateThatVerifies(@TempDir Path folder) throws Exception {
        ApiClient.Reply reply = owner.post("/v1/pki/issue/svc", """
                {"common_name": "pay.svc.cluster.local", "alt_names": ["pay-api.svc.cluster.local"], "ip_sans": ["10.0.9.9"], "ttl": "168h"}
                """).expect(201);
        JsonNode issued = reply.json();
        assertThat(issued.get("private_key").stringValue()).startsWith("-----BEGIN EC PRIVATE KEY-----\n");
        assertThat(issued.get("ca_chain")).hasSize(2);
        assertThat(issued.get("serial_number").stringValue()).matches("[0-9A-F]{2}(:[0-9A-F]{2}){7,19}");
        X509Certificate leaf = certificate(issued.get("certificate").stringValue());
        assertThat(leaf.getSerialNumber().toString(16).toUpperCase(Locale.ROOT))
                .isEqualTo(issued.get("serial_number")
                        .stringValue()
                        .replace(":", "")
                        .replaceFirst("^0", ""));
        assertThat(leaf.getSubjectX500Principal().getName()).isEqualTo("CN=pay.svc.cluster.local");
        assertThat(names(leaf)).containsExactly("pay.svc.cluster.local", "pay-api.svc.cluster.local", "10.0.9.9");
        Instant notAfter = Instant.parse(issued.get("not_after").stringValue());
        assertThat(leaf.getNotAfter().toInstant()).isEqualTo(notAfter);
        assertThat(Duration.between(Instant.now(), notAfter)).isBetween(Duration.ofHours(167), Duration.ofHours(168));
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getExtendedKeyUsage()).containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertValidForTheRuntime(issued);

        write(folder, issued);
        Programs.openssl(
                folder,
                "verify",
                "-x509_strict",
                "-CAfile",
                "root.pem",
                "-untrusted",
                "between.pem",
                "-purpose",
                "sslserver",
                "-verify_hostname",
                "pay-api.svc.cluster.local",
                "leaf.pem");
        Programs.openssl(
                folder,
                "verify",
                "-x509_strict",
                "-CAfile",
                "root.pem",
                "-untrusted",
                "between.pem",
                "-purpose",
                "sslclient",
                "-verify_ip",
                "10.0.9.9",
                "leaf.pem");
        // The key is the certificate's.
        assertThat(Programs.openssl(folder, "pkey", "-in", "key.pem", "-pubout"))
                .isEqualTo(Programs.openssl(folder, "x509", "-in", "leaf.pem", "-noout", "-pubkey"));
    }

    @TestFactory
    Stream<DynamicTest> everyKindOfKey_isGivenWithItsCertificate() {
        return Stream.of("ec 256", "ec 384", "rsa 2048", "ed25519", "ml-dsa-65", "any")
                .map(kind -> DynamicTest.dynamicTest(kind, () -> {
                    String[] parts = kind.split(" ");
                    String name = "kind-" + kind.replace(' ', '-');
                    if (parts.length == 2) {
                        role(
                                name,
                                "allowed_domains",
                                List.of("*.internal"),
                                "key_type",
                                parts[0],
                                "key_bits",
                                Integer.valueOf(parts[1]));
                    } else {
                        role(name, "allowed_domains", List.of("*.internal"), "key_type", parts[0]);
                    }
                    JsonNode issued = issued(name, Map.of("common_name", "x.internal", "private_key_format", "pkcs8"));
                    assertValidForTheRuntime(issued);
                    X509Certificate leaf = certificate(issued.get("certificate").stringValue());
                    String pem = issued.get("private_key").stringValue();
                    assertThat(pem).startsWith("-----BEGIN PRIVATE KEY-----\n");
                    byte[] pkcs8 = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
                    String algorithm = leaf.getPublicKey().getAlgorithm();
                    Signature signature = Signature.getInstance(
                            algorithm.equals("RSA")
                                    ? "SHA256withRSA"
                                    : algorithm.equals("EC") ? "SHA256withECDSA" : algorithm);
                    signature.initSign(
                            KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8)));
                    signature.update(new byte[] {1, 2, 3});
                    byte[] signed = signature.sign();
                    signature.initVerify(leaf);
                    signature.update(new byte[] {1, 2, 3});
                    assertThat(signature.verify(signed)).isTrue();
                }));
    }

    @Test
    void roleSaysTheRest_andTheLintReadsIt(@TempDir Path folder) throws Exception {
        role(
                "full",
                "allowed_domains",
                List.of("*.internal", "*.a.internal"),
                "allow_wildcard_certificates",
                true,
                "allowed_uri_sans",
                List.of("spiffe://internal/ns/*"),
                "allowed_email_domains",
                List.of("internal"),
                "organization",
                List.of("Acme"),
                "ou",
                List.of("Shop"),
                "country",
                List.of("NL"),
                "ext_key_usage",
                List.of("client_auth", "1.3.6.1.4.1.99999.1"),
                "policy_identifiers",
                List.of("1.3.6.1.4.1.99999.2"),
                "basic_constraints_valid_for_non_ca",
                true,
                "include_no_rev_avail",
                true,
                "not_before_duration",
                "1h");
        JsonNode issued = issued(
                "full",
                Map.of(
                        "common_name",
                        "*.a.internal",
                        "alt_names",
                        List.of("spiffe://internal/ns/a/sa/b", "Jo@INTERNAL", "BÜCHER.internal")));
        X509Certificate leaf = certificate(issued.get("certificate").stringValue());
        assertThat(leaf.getSubjectX500Principal().getName())
                .contains("O=Acme")
                .contains("OU=Shop")
                .contains("C=NL");
        assertThat(names(leaf))
                .containsExactlyInAnyOrder(
                        "*.a.internal", "spiffe://internal/ns/a/sa/b", "Jo@internal", "xn--bcher-kva.internal");
        assertValidForTheRuntime(issued);
        write(folder, issued);
        Programs.openssl(
                folder, "verify", "-x509_strict", "-CAfile", "root.pem", "-untrusted", "between.pem", "leaf.pem");
    }

    @Test
    void addressAsCommonName_isAnAddress_andMayStandAlone() throws Exception {
        JsonNode issued = issued("svc", Map.of("common_name", "2001:DB8:0::1", "ttl", "1h"));
        X509Certificate leaf = certificate(issued.get("certificate").stringValue());
        assertThat(leaf.getSubjectX500Principal().getName()).isEqualTo("CN=2001:db8::1");
        assertThat(leaf.getSubjectAlternativeNames()).hasSize(1);
        assertValidForTheRuntime(issued);

        role("nameless", "allowed_domains", List.of("*.internal"), "require_cn", false);
        JsonNode bare = issued("nameless", Map.of("alt_names", List.of("x.internal"), "ttl", "1h"));
        X509Certificate unnamed = certificate(bare.get("certificate").stringValue());
        assertThat(unnamed.getSubjectX500Principal().getName()).isEmpty();
        assertThat(unnamed.getCriticalExtensionOIDs()).contains("2.5.29.17");
    }

    @Test
    void whatTheRoleIsAgainst_isRefusedByRuleAndValue_andTakesNoNumber() {
        Sql sql = Sql.superuser(server);
        Object before = sql.value("select count(*) from certificate where tenant_id = ?", TENANT);
        ApiClient.Reply name = owner.post("/v1/pki/issue/svc", Map.of("common_name", "pay.example.com"));
        name.expect(422, "name_not_allowed");
        assertThat(name.json().at("/error/details/rule").stringValue()).isEqualTo("allowed_domains");
        assertThat(name.json().at("/error/details/value").stringValue()).isEqualTo("pay.example.com");
        ApiClient.Reply ttl = owner.post("/v1/pki/issue/svc", Map.of("common_name", "pay.internal", "ttl", "721h"));
        ttl.expect(422, "ttl_exceeded");
        assertThat(ttl.json().at("/error/details/max_ttl").stringValue()).isEqualTo("30d");
        owner.post("/v1/pki/issue/svc", Map.of("common_name", "pay.internal", "ttl", "soon"))
                .expect(400, "invalid_duration");
        owner.post("/v1/pki/issue/svc", Map.of("ttl", "1h")).expect(422);
        owner.post("/v1/pki/issue/svc", Map.of("common_name", "pay.internal", "alt_names", List.of("10.0.0.0/8")))
                .expect(422, "name_not_allowed");
        owner.post("/v1/pki/issue/svc", Map.of("common_name", "x".repeat(65) + ".internal"))
                .expect(422);
        owner.post("/v1/pki/issue/svc", Map.of("common_name", "pay.internal", "not_after", "2026-01-01T00:00:00Z"))
                .expect(422, "validation_error");
        owner.post("/v1/pki/issue/svc", Map.of("common_name", "pay.internal", "not_after", "9999-12-31T23:59:59Z"))
                .expect(422, "ttl_exceeded");
        owner.post("/v1/pki/issue/svc", Map.of("common_name", "pay.internal", "private_key_format", "der"))
                .expect(422, "validation_error");
        owner.post("/v1/pki/issue/svc", Map.of("common_name", "pay.internal", "csr_pem", "x"))
                .expect(400, "invalid_request");
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 30_000; i++) {
            many.add("a" + i + ".internal");
        }
        owner.post("/v1/pki/issue/svc", Map.of("common_name", "pay.internal", "alt_names", many))
                .expect(422, "validation_error");
        owner.post("/v1/pki/issue/svc", Map.of("common_name", "pay.internal", "alt_names", many.subList(0, 200)))
                .expect(422, "name_not_allowed");
        assertThat(sql.value("select count(*) from certificate where tenant_id = ?", TENANT))
                .isEqualTo(before);
    }

    @Test
    void ttlBeyondTheAuthority_isRefused_andNeverShortened() {
        String brief = owner.post(
                        "/v1/pki/ca",
                        Map.of(
                                "name",
                                "brief",
                                "common_name",
                                "Brief",
                                "ca_type",
                                "intermediate",
                                "key_type",
                                "ec",
                                "parent_ca_id",
                                root,
                                "validity_days",
                                2))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        owner.post("/v1/pki/roles", Map.of("name", "brief", "ca_id", brief, "allowed_domains", List.of("*.internal")))
                .expect(201);
        ApiClient.Reply refused = owner.post("/v1/pki/issue/brief", Map.of("common_name", "x.internal", "ttl", "3d"));
        refused.expect(422, "ttl_exceeded");
        assertThat(refused.json().at("/error/details/max_ttl").stringValue()).matches("1[0-9]{5}s|[0-9]+[mhd]");
        issued("brief", Map.of("common_name", "x.internal", "ttl", "1d"));
        owner.post("/v1/pki/ca/" + brief + "/disable", null).expect(200);
        ApiClient.Reply disabled = owner.post("/v1/pki/issue/brief", Map.of("common_name", "x.internal", "ttl", "1d"));
        disabled.expect(409, "conflict");
        assertThat(disabled.json().at("/error/details/state").stringValue()).isEqualTo("disabled");
    }

    @Test
    void nameConstraintsAbove_holdWhateverTheRoleSays() {
        String shop = owner.post(
                        "/v1/pki/ca",
                        Map.of(
                                "name",
                                "shop",
                                "common_name",
                                "Shop",
                                "ca_type",
                                "intermediate",
                                "key_type",
                                "ec",
                                "parent_ca_id",
                                root,
                                "name_constraints",
                                Map.of(
                                        "permitted_dns",
                                        List.of("shop.internal"),
                                        "excluded_dns",
                                        List.of("admin.shop.internal"))))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        owner.post("/v1/pki/roles", Map.of("name", "shop", "ca_id", shop, "allow_any_name", true))
                .expect(201);
        issued("shop", Map.of("common_name", "a.shop.internal", "ttl", "1h"));
        owner.post("/v1/pki/issue/shop", Map.of("common_name", "a.other.internal", "ttl", "1h"))
                .expect(422, "name_not_allowed");
        owner.post("/v1/pki/issue/shop", Map.of("common_name", "x.admin.shop.internal", "ttl", "1h"))
                .expect(422, "name_not_allowed");
    }

    @Test
    void whoMayWriteOnTheRole_isGivenCertificates_andNobodyElse() {
        ApiClient service = server.member(owner, "pki-issue", "pki-issue", "deployer", "pki/roles/svc", "write");
        service.post("/v1/pki/issue/svc", Map.of("common_name", "d.internal", "ttl", "1h"))
                .expect(201);
        ApiClient reader = server.member(owner, "pki-issue", "pki-issue", "looker", "pki/roles/svc", "read");
        reader.post("/v1/pki/issue/svc", Map.of("common_name", "d.internal", "ttl", "1h"))
                .expect(403, "access_denied");
        reader.post("/v1/pki/roles/svc/check", Map.of("common_name", "d.internal", "ttl", "1h"))
                .expect(200);
        service.post("/v1/pki/issue/never-made", Map.of("common_name", "d.internal"))
                .expect(403, "access_denied");
        ApiClient stranger = server.owner("pki-issue-other", "pki-issue");
        stranger.post("/v1/pki/issue/svc", Map.of("common_name", "d.internal")).expect(404, "role_not_found");
    }

    @Test
    void certificateAndItsEntry_areKeptTogether_withWhatItIs() {
        String requestId = AuditRow.newRequestId();
        JsonNode issued = owner.post(
                        "/v1/pki/issue/svc",
                        Map.of("common_name", "kept.internal", "ttl", "1h"),
                        "X-Request-ID",
                        requestId)
                .expect(201)
                .json();
        List<AuditRow> rows = AuditRow.of(server, requestId);
        assertThat(rows).hasSize(1);
        assertThat(rows.getFirst().text("action")).isEqualTo("pki_issue");
        assertThat(rows.getFirst().text("secret_path")).isEqualTo("pki/roles/svc");
        assertThat(rows.getFirst().text("extra_data"))
                .contains(issued.get("serial_number").stringValue())
                .contains(issued.get("id").stringValue())
                .contains("kept.internal");
        Sql sql = Sql.superuser(server);
        Map<String, Object> row = sql.rows(
                        "select status, role, common_name, encode(serial, 'hex') as serial from certificate where tenant_id = ? and common_name = 'kept.internal'",
                        TENANT)
                .getFirst();
        assertThat(row).containsEntry("status", "issued").containsEntry("role", "svc");
        assertThat(String.valueOf(row.get("serial")).replaceFirst("^00", ""))
                .isEqualToIgnoringCase(issued.get("serial_number").stringValue().replace(":", ""));
    }

    @Test
    void manyAtOnce_getNumbersOfTheirOwn() throws Exception {
        Set<String> serials = new HashSet<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<String>> calls = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                Map<String, Object> body = Map.of("common_name", "n" + i + ".internal", "ttl", "1h");
                calls.add(() -> issued("svc", body).get("serial_number").stringValue());
            }
            for (Future<String> serial : threads.invokeAll(calls)) {
                serials.add(serial.get());
            }
        }
        assertThat(serials).hasSize(40);
    }

    @Test
    void roleThatIsChangedOrDeleted_countsForTheNextCertificate_onEveryInstance() {
        role("fleeting", "allowed_domains", List.of("*.internal"));
        try (RunningServer other = server.another()) {
            ApiClient there = other.client(server.token("pki-issue", "pki-issue")
                    .user("owner@pki-issue.test")
                    .role("partner_admin")
                    .sign());
            there.post("/v1/pki/issue/fleeting", Map.of("common_name", "x.internal", "ttl", "1h"))
                    .expect(201);
            owner.patch("/v1/pki/roles/fleeting", Map.of("allowed_domains", List.of("*.elsewhere")))
                    .expect(200);
            there.post("/v1/pki/issue/fleeting", Map.of("common_name", "x.internal", "ttl", "1h"))
                    .expect(422, "name_not_allowed");
            owner.delete("/v1/pki/roles/fleeting").expect(204);
            there.post("/v1/pki/issue/fleeting", Map.of("common_name", "x.elsewhere", "ttl", "1h"))
                    .expect(404, "role_not_found");
        }
    }
}
