package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Certificates of roles that keep none: what is left of them, and how they are revoked all the same. */
class PkiBulkApiTest {
    private static final String TENANT = "tnt_pki-bulk";
    private static final String LIST_POINTER = "2.5.29.31";
    private static final String ACCESS = "1.3.6.1.5.5.7.1.1";

    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static ApiClient owner;
    private static String authority;
    private static OcspQuestions ocsp;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("pki-bulk", "pki-bulk");
        authority = PkiRoleApiTest.root(owner, "bulk-root");
        role("bulk", "no_store", true);
        ocsp = new OcspQuestions(
                server.port(),
                OcspQuestions.certificate(owner.get("/v1/pki/ca/" + authority + "/certificate")
                        .expect(200)
                        .json()
                        .get("certificate_pem")
                        .stringValue()));
    }

    private static Map<String, Object> body(String name, Object... members) {
        Map<String, Object> body =
                new HashMap<>(Map.of("name", name, "ca_id", authority, "allowed_domains", List.of("*.internal")));
        for (int i = 0; i < members.length; i += 2) {
            body.put((String) members[i], members[i + 1]);
        }
        return body;
    }

    private static JsonNode role(String name, Object... members) {
        return owner.post("/v1/pki/roles", body(name, members)).expect(201).json();
    }

    private static JsonNode issued(String role) {
        return owner.post("/v1/pki/issue/" + role, Map.of("common_name", "a.internal", "ttl", "1h"))
                .expect(201)
                .json();
    }

    private static String pem(JsonNode issued) {
        return issued.get("certificate").stringValue();
    }

    private static String csr() throws Exception {
        return Programs.run(
                folder,
                0,
                "openssl",
                "req",
                "-new",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-keyout",
                "key.pem",
                "-subj",
                "/CN=c.internal");
    }

    private static CertificateStatus status(BigInteger serial) {
        return ocsp.answer(ocsp.post(authority, OcspQuestions.about(null, ocsp.id(serial))))
                .getResponses()[0]
                .getCertStatus();
    }

    private static X509CRL list() throws Exception {
        String made = owner.post("/v1/pki/ca/" + authority + "/crl", null)
                .expect(200)
                .json()
                .get("crl_pem")
                .stringValue();
        return (X509CRL) CertificateFactory.getInstance("X.509")
                .generateCRL(new ByteArrayInputStream(made.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void whatNeedsTheCertificateLater_isRefused() throws Exception {
        assertThat(role("keeping").get("no_store").booleanValue()).isFalse();
        for (String other : List.of("store_private_keys", "require_approval")) {
            ApiClient.Reply refused = owner.post("/v1/pki/roles", body("odd", "no_store", true, other, true));
            assertThat(refused.expect(400, "invalid_role")
                            .json()
                            .at("/error/details/fields/no_store")
                            .stringValue())
                    .contains(other);
            owner.patch("/v1/pki/roles/bulk", Map.of(other, true)).expect(400, "invalid_role");
        }
        owner.get("/v1/pki/roles/odd").expect(404, "role_not_found");
        assertThat(owner.get("/v1/pki/roles/bulk")
                        .expect(200)
                        .json()
                        .get("no_store")
                        .booleanValue())
                .isTrue();

        String request = csr();
        String csr = owner.post("/v1/pki/csr/import", Map.of("csr_pem", request))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        owner.post("/v1/pki/csr/" + csr + "/approve", null).expect(200);
        owner.post("/v1/pki/csr/" + csr + "/sign", Map.of("ca_id", authority, "role", "bulk"))
                .expect(422, "validation_error");
        assertThat(owner.get("/v1/pki/csr/" + csr)
                        .expect(200)
                        .json()
                        .get("status")
                        .stringValue())
                .isEqualTo("approved");
    }

    @Test
    void nothingIsLeft_butTheEntryWithTheNumber() throws Exception {
        JsonNode kept = issued(role("kept-beside").get("name").stringValue());
        assertThat(kept.get("id").stringValue()).startsWith("cert_");
        Sql sql = Sql.superuser(server);
        String before = sql.fingerprint(TENANT);
        Object reserved = sql.value("select count(*) from reserved_serial where tenant_id = ?", TENANT);
        String requestId = AuditRow.newRequestId();
        JsonNode issued = owner.post(
                        "/v1/pki/issue/bulk",
                        Map.of("common_name", "b.internal", "ttl", "1h"),
                        "X-Request-ID",
                        requestId)
                .expect(201)
                .json();
        JsonNode signed = owner.post("/v1/pki/sign/bulk", Map.of("csr_pem", csr()))
                .expect(201)
                .json();
        assertThat(sql.fingerprint(TENANT)).isEqualTo(before);
        assertThat(sql.value("select count(*) from reserved_serial where tenant_id = ?", TENANT))
                .isEqualTo(reserved);
        assertThat(sql.value(
                        "select count(*) from certificate_name where tenant_id = ? and name = 'dns:b.internal'",
                        TENANT))
                .isEqualTo(0L);
        assertThat(issued.get("id").isNull()).isTrue();
        assertThat(signed.get("id").isNull()).isTrue();
        assertThat(issued.get("private_key").stringValue()).contains("PRIVATE KEY");

        AuditRow row = AuditRow.of(server, requestId).getFirst();
        assertThat(row.success()).isTrue();
        assertThat(row.text("extra_data"))
                .contains(issued.get("serial_number").stringValue())
                .contains("\"stored\": false")
                .doesNotContain("certificate_id");
        assertThat(row.text("secret_path")).isEqualTo("pki/roles/bulk");

        // The list will tell, the responder does not know: so it is not named.
        X509Certificate certificate = OcspQuestions.certificate(pem(issued));
        assertThat(certificate.getExtensionValue(LIST_POINTER)).isNotNull();
        assertThat(new String(certificate.getExtensionValue(ACCESS), StandardCharsets.ISO_8859_1))
                .contains(".cer")
                .doesNotContain("/ocsp/");
        assertThat(new String(
                        OcspQuestions.certificate(pem(kept)).getExtensionValue(ACCESS), StandardCharsets.ISO_8859_1))
                .contains("/ocsp/");
    }

    @Test
    void numbers_areNeverTheSame_andLongEnoughThatNobodyGuessesOne() {
        Set<BigInteger> numbers = new HashSet<>();
        int longest = 0;
        for (int i = 0; i < 25; i++) {
            BigInteger number = OcspQuestions.certificate(pem(issued("bulk"))).getSerialNumber();
            longest = Math.max(longest, number.bitLength());
            numbers.add(number);
        }
        assertThat(numbers).hasSize(25);
        // 159 random bits: of 25 numbers all would be shorter than 150 once in 2^225.
        assertThat(longest).isGreaterThanOrEqualTo(150);
    }

    @Test
    void certificate_isRevokedByWhoeverShowsIt_andEveryoneIsTold() throws Exception {
        JsonNode issued = issued("bulk");
        BigInteger number = OcspQuestions.certificate(pem(issued)).getSerialNumber();
        assertThat(status(number)).isInstanceOf(UnknownStatus.class);
        owner.post(
                        "/v1/pki/revoke",
                        Map.of("serial_number", issued.get("serial_number").stringValue()))
                .expect(404, "certificate_not_found");
        // By the right to its authority: nothing tells its role any more.
        ApiClient issuer = server.member(owner, "pki-bulk", "pki-bulk", "bulk-issuer", "pki/roles/bulk", "admin");
        issuer.post("/v1/pki/revoke", Map.of("certificate_pem", pem(issued))).expect(403, "access_denied");
        server.owner("pki-bulk-else", "pki-bulk-else")
                .post("/v1/pki/revoke", Map.of("certificate_pem", pem(issued)))
                .expect(404, "certificate_not_found");

        JsonNode held = owner.post(
                        "/v1/pki/revoke", Map.of("certificate_pem", pem(issued), "reason", "certificate_hold"))
                .expect(200)
                .json();
        assertThat(held.get("certificate_id").isNull()).isTrue();
        assertThat(((RevokedStatus) status(number)).getRevocationReason()).isEqualTo(6);
        assertThat(list().getRevokedCertificate(number)).isNotNull();
        owner.post("/v1/pki/release", Map.of("certificate_pem", pem(issued))).expect(200);
        assertThat(status(number)).isInstanceOf(UnknownStatus.class);
        assertThat(list().getRevokedCertificate(number)).isNull();

        owner.post("/v1/pki/revoke", Map.of("certificate_pem", pem(issued), "reason", "key_compromise"))
                .expect(200);
        assertThat(((RevokedStatus) status(number)).getRevocationReason()).isEqualTo(1);
        X509CRLEntry entry = list().getRevokedCertificate(number);
        assertThat(entry.getRevocationReason().name()).isEqualTo("KEY_COMPROMISE");
        assertThat(owner.post("/v1/pki/revoke", Map.of("certificate_pem", pem(issued), "reason", "key_compromise"))
                        .expect(200)
                        .json()
                        .get("changed")
                        .booleanValue())
                .isFalse();
    }

    @Test
    void whetherItIsToBeReliedOn_tellsTheListOfItsAuthority() throws Exception {
        String certificate = pem(issued("bulk"));
        assertThat(errors(certificate, List.of())).containsExactly("revocation_unknown");
        list();
        String list = owner.post("/v1/pki/ca/" + authority + "/crl", null)
                .expect(200)
                .json()
                .get("crl_pem")
                .stringValue();
        assertThat(errors(certificate, List.of(list))).isEmpty();
        owner.post("/v1/pki/revoke", Map.of("certificate_pem", certificate)).expect(200);
        // A list from before: what is known here counts first.
        assertThat(errors(certificate, List.of(list))).containsExactly("revoked");

        role("unrevocable", "no_store", true, "include_no_rev_avail", true);
        assertThat(errors(pem(issued("unrevocable")), List.of())).isEmpty();
    }

    private static List<String> errors(String certificate, List<String> lists) {
        List<String> codes = new ArrayList<>();
        owner.post(
                        "/v1/pki/certificates/validate",
                        Map.of("certificate_pem", certificate, "check_revocation", true, "crls_pem", lists))
                .expect(200)
                .json()
                .get("errors")
                .forEach(each -> codes.add(each.get("code").stringValue()));
        return codes;
    }

    @Test
    void certificateWhoseEntryCannotBeWritten_isGivenToNobody() {
        Sql sql = Sql.superuser(server);
        sql.update("""
                create function refuse_bulk() returns trigger language plpgsql as $$
                begin
                    if new.tenant_id = 'tnt_pki-bulk' and new.secret_path = 'pki/roles/unwritten' and new.success then
                        raise exception using errcode = '53100';
                    end if;
                    return new;
                end $$
                """);
        sql.update("create trigger refuse_bulk before insert on audit_log for each row execute function refuse_bulk()");
        try {
            role("unwritten-beside", "no_store", true);
            sql.update(
                    "update pki_role set name = 'unwritten' where tenant_id = ? and name = 'unwritten-beside'", TENANT);
            ApiClient.Reply refused =
                    owner.post("/v1/pki/issue/unwritten", Map.of("common_name", "a.internal", "ttl", "1h"));
            refused.expect(503, "service_unavailable");
            assertThat(refused.body()).doesNotContain("PRIVATE KEY").doesNotContain("CERTIFICATE");
        } finally {
            sql.update("drop trigger refuse_bulk on audit_log");
            sql.update("drop function refuse_bulk()");
        }
        assertThat(issued("unwritten").get("id").isNull()).isTrue();
    }

    /** What stands in no role is told apart, and what was answered is counted. */
    @Test
    void respondersAndAuthorities_areListedAsSuch_andAnswersAndListsAreCounted() throws Exception {
        status(BigInteger.ONE.shiftLeft(100));
        list();
        List<String> kinds = new ArrayList<>();
        owner.get("/v1/pki/certificates?limit=1000&ca_id=" + authority)
                .expect(200)
                .json()
                .get("certificates")
                .forEach(each -> kinds.add(each.get("kind").stringValue()));
        assertThat(kinds).contains("authority", "ocsp_responder");
        String metrics = owner.get("/v1/metrics").expect(200).body();
        assertThat(metrics)
                .containsPattern("scaivault_ocsp_answers_total\\{status=\"unknown\"} [1-9]")
                .containsPattern("scaivault_ocsp_signatures_total [1-9]")
                .containsPattern("scaivault_crl_builds_total\\{outcome=\"made\"} [1-9]")
                .containsPattern("scaivault_crl_build_duration_seconds_count [1-9]")
                .contains("scaivault_crl_builds_total{outcome=\"failed\"}")
                .contains("scaivault_crl_entries_total");
    }
}
