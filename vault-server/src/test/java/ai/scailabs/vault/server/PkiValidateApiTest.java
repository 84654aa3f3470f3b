package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Trust anchors, and what is asked of certificates by them; NIST's suite as a whole drives the validator itself ({@code PkitsTest}). */
class PkiValidateApiTest {
    private static final Path PKITS = Path.of("/usr/lib/python3/dist-packages/cryptography_vectors/x509/PKITS_data");

    private static RunningServer server;
    private static ApiClient owner;
    private static String root;
    private static String rootPem;
    private static JsonNode issued;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("validating", "validating");
        root = PkiRoleApiTest.root(owner, "validating-root");
        rootPem = owner.get("/v1/pki/ca/" + root + "/certificate")
                .expect(200)
                .json()
                .get("certificate_pem")
                .stringValue();
        owner.post(
                        "/v1/pki/roles",
                        Map.of("name", "validated", "ca_id", root, "allowed_domains", List.of("*.internal")))
                .expect(201);
        issued = owner.post("/v1/pki/issue/validated", Map.of("common_name", "pay.internal", "ttl", "24h"))
                .expect(201)
                .json();
    }

    private static String leaf() {
        return issued.get("certificate").stringValue();
    }

    private static Map<String, Object> asked(Object... members) {
        Map<String, Object> body = new HashMap<>();
        body.put("certificate_pem", leaf());
        for (int i = 0; i < members.length; i += 2) {
            body.put((String) members[i], members[i + 1]);
        }
        return body;
    }

    private static JsonNode validated(ApiClient by, Map<String, Object> body) {
        return by.post("/v1/pki/certificates/validate", body).expect(200).json();
    }

    private static List<String> errors(JsonNode verdict) {
        List<String> errors = new ArrayList<>();
        verdict.get("errors")
                .forEach(error -> errors.add(error.get("code").stringValue() + "@"
                        + error.get("certificate_index").intValue()));
        assertThat(verdict.get("valid").booleanValue()).isEqualTo(errors.isEmpty());
        return errors;
    }

    private static String pkits(String file, String label) throws Exception {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder().encodeToString(Files.readAllBytes(PKITS.resolve(file))) + "\n-----END "
                + label + "-----\n";
    }

    @Test
    void whatWasIssuedHere_isValidWithoutItsRoot_andRevocationIsKnown() {
        JsonNode verdict =
                validated(owner, asked("hostname", "pay.internal", "usage", "server_auth", "check_revocation", true));
        assertThat(errors(verdict)).isEmpty();
        assertThat(verdict.get("trust_anchor").stringValue()).isEqualTo(root);
        assertThat(verdict.get("chain")).hasSize(2);
        assertThat(verdict.get("chain").get(0).get("serial_number")).isEqualTo(issued.get("serial_number"));
        assertThat(errors(validated(owner, asked("hostname", "api.internal")))).containsExactly("name_mismatch@0");
        assertThat(errors(validated(owner, asked("usage", "code_signing")))).containsExactly("usage_not_allowed@0");
        String later = Instant.now().plus(Duration.ofDays(3)).toString();
        assertThat(errors(validated(owner, asked("at", later)))).containsExactly("expired@0");
    }

    @Test
    void disabledRoot_goesOnCounting_forWhatItHasSigned() {
        String other = PkiRoleApiTest.root(owner, "validating-off");
        String pem = owner.get("/v1/pki/ca/" + other + "/certificate")
                .expect(200)
                .json()
                .get("certificate_pem")
                .stringValue();
        owner.post("/v1/pki/ca/" + other + "/disable", null).expect(200);
        assertThat(errors(validated(owner, asked("certificate_pem", pem)))).isEmpty();
    }

    @Test
    void anchor_countsFromTheMomentItIsThere_untilItIsGone() {
        ApiClient relying = server.owner("relying", "relying");
        assertThat(errors(validated(relying, asked()))).containsExactly("no_path@0");
        JsonNode anchor = relying.post("/v1/pki/trust-anchors", Map.of("name", "vendor", "certificate_pem", rootPem))
                .expect(201)
                .json();
        String uri = "/v1/pki/trust-anchors/" + anchor.get("id").stringValue();
        assertThat(relying.get(uri).expect(200).json()).isEqualTo(anchor);
        assertThat(relying.get("/v1/pki/trust-anchors").expect(200).json().get("trust_anchors"))
                .containsExactly(anchor);
        JsonNode verdict = validated(relying, asked("trust_anchors", List.of("vendor")));
        assertThat(errors(verdict)).isEmpty();
        assertThat(verdict.get("trust_anchor").stringValue()).isEqualTo("vendor");
        // Its authority is somebody else's: nobody here knows what was revoked.
        assertThat(errors(validated(relying, asked("check_revocation", true)))).containsExactly("revocation_unknown@0");
        relying.post("/v1/pki/trust-anchors", Map.of("name", "vendor", "certificate_pem", rootPem))
                .expect(409, "conflict");
        validatedRefused(relying, asked("trust_anchors", List.of("unknown")), 404, "trust_anchor_not_found");
        relying.delete(uri).expect(204);
        relying.get(uri).expect(404, "trust_anchor_not_found");
        relying.delete(uri).expect(404, "trust_anchor_not_found");
        assertThat(errors(validated(relying, asked()))).containsExactly("no_path@0");
    }

    private static void validatedRefused(ApiClient by, Map<String, Object> body, int status, String code) {
        by.post("/v1/pki/certificates/validate", body).expect(status, code);
    }

    @Test
    void whoMayReadNoAnchor_validatesByNone_andLearnsNothing() {
        owner.post("/v1/pki/trust-anchors", Map.of("name", "seen-one", "certificate_pem", rootPem))
                .expect(201);
        String hidden = owner.post("/v1/pki/trust-anchors", Map.of("name", "hidden", "certificate_pem", rootPem))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        ApiClient nobody = server.client(server.token("validating", "validating")
                .serviceAccount("nobody")
                .sign());
        assertThat(errors(validated(nobody, asked()))).containsExactly("no_path@0");
        assertThat(nobody.get("/v1/pki/trust-anchors").expect(200).json().get("trust_anchors"))
                .isEmpty();
        JsonNode there = nobody.get("/v1/pki/trust-anchors/" + hidden)
                .expect(403, "access_denied")
                .json();
        JsonNode notThere = nobody.get("/v1/pki/trust-anchors/ta_01K9Z6F3V4M8Q2T7B5N1C0D9XE")
                .expect(403, "access_denied")
                .json();
        assertThat(there.at("/error/message")).isEqualTo(notThere.at("/error/message"));
        nobody.post("/v1/pki/trust-anchors", Map.of("name", "own", "certificate_pem", rootPem))
                .expect(403, "access_denied");
        nobody.delete("/v1/pki/trust-anchors/" + hidden).expect(403, "access_denied");
        ApiClient reader =
                server.member(owner, "validating", "validating", "reader", "pki/trust-anchors/seen-*", "read");
        assertThat(validated(reader, asked()).get("trust_anchor").stringValue()).isEqualTo("seen-one");
        validatedRefused(reader, asked("trust_anchors", List.of("hidden")), 404, "trust_anchor_not_found");
    }

    @TestFactory
    Stream<DynamicTest> whatCannotBeRead_isRefusedByItsField() {
        Map<String, Object> odd = new HashMap<>();
        odd.put(
                "certificate_pem",
                List.of(
                        "",
                        "no PEM",
                        rootPem.replace("CERTIFICATE", "X509 CRL"),
                        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----"));
        odd.put("chain_pem", List.of(List.of("no PEM"), List.of(rootPem.repeat(101))));
        odd.put("crls_pem", List.of(List.of("no PEM"), List.of(rootPem)));
        odd.put("at", List.of("yesterday", "1969-12-31T00:00:00Z"));
        odd.put("hostname", List.of("", "*.internal", "a b", "10.0.0.1"));
        odd.put("ip", List.of("host", "10.0.0.0/8"));
        odd.put("email", List.of("nobody"));
        odd.put("usage", List.of("anything", "2.5.29.37.0"));
        return odd.entrySet().stream()
                .flatMap(entry -> ((List<?>) entry.getValue())
                        .stream()
                                .map(value -> DynamicTest.dynamicTest(
                                        entry.getKey() + " " + value.hashCode(),
                                        () -> validatedRefused(
                                                owner, asked(entry.getKey(), value), 422, "validation_error"))));
    }

    @TestFactory
    Stream<DynamicTest> anchorsThatCannotBe_areRefused() {
        return Stream.of(
                        Map.of("name", "Upper", "certificate_pem", rootPem),
                        Map.of("name", "ta_x", "certificate_pem", rootPem),
                        Map.of("certificate_pem", rootPem),
                        Map.of("name", "none"),
                        Map.of("name", "leaf", "certificate_pem", leaf()),
                        Map.of("name", "two", "certificate_pem", rootPem + rootPem))
                .map(body -> DynamicTest.dynamicTest(
                        body.keySet().toString() + body.hashCode(),
                        () -> owner.post("/v1/pki/trust-anchors", body).expect(422, "validation_error")));
    }

    /** The same validator as NIST's whole suite drives; the service is stricter only in how certificates must be made. */
    @Test
    void chainsOfNist_areAnsweredAsExpected() throws Exception {
        ApiClient nist = server.owner("nist", "nist");
        nist.post(
                        "/v1/pki/trust-anchors",
                        Map.of(
                                "name",
                                "nist",
                                "certificate_pem",
                                pkits("certs/TrustAnchorRootCertificate.crt", "CERTIFICATE")))
                .expect(201);
        Map<String, String> expected = Map.of(
                "ValidCertificatePathTest1EE", "",
                "InvalidEESignatureTest3EE", "signature_invalid@0",
                "InvalidRevokedEETest3EE", "revoked@0",
                "InvalidEEnotAfterDateTest6EE", "expired@0");
        for (Map.Entry<String, String> each : expected.entrySet()) {
            Map<String, Object> body = new HashMap<>();
            body.put("certificate_pem", pkits("certs/" + each.getKey() + ".crt", "CERTIFICATE"));
            body.put("chain_pem", List.of(pkits("certs/GoodCACert.crt", "CERTIFICATE")));
            body.put("check_revocation", true);
            body.put(
                    "crls_pem",
                    List.of(pkits("crls/TrustAnchorRootCRL.crl", "X509 CRL"), pkits("crls/GoodCACRL.crl", "X509 CRL")));
            assertThat(String.join(",", errors(validated(nist, body))))
                    .as(each.getKey())
                    .isEqualTo(each.getValue());
        }
    }
}
