package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.pki.x509.Pem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** One authority vouches for another, as OpenSSL and GnuTLS take it. */
class CrossSignTest {
    private static final String TENANT = "pki-cross";

    private static RunningServer server;
    private static ApiClient owner;

    @TempDir
    private Path folder;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner(TENANT, TENANT);
    }

    private static String authority(String name, Object... more) {
        Map<String, Object> body =
                new HashMap<>(Map.of("name", name, "common_name", "CA " + name, "ca_type", "root", "key_type", "ec"));
        for (int i = 0; i < more.length; i += 2) {
            body.put((String) more[i], more[i + 1]);
        }
        return owner.post("/v1/pki/ca", body).expect(201).json().get("id").stringValue();
    }

    private static ApiClient.Reply crossed(String signer, Object... members) {
        Map<String, Object> body = new HashMap<>();
        for (int i = 0; i < members.length; i += 2) {
            body.put((String) members[i], members[i + 1]);
        }
        return owner.post("/v1/pki/ca/" + signer + "/cross-sign", body);
    }

    private static void refused(String rule, ApiClient.Reply reply) {
        assertThat(reply.expect(422, "validation_error")
                        .json()
                        .at("/error/details/rule")
                        .stringValue())
                .as(reply.body())
                .isEqualTo(rule);
    }

    private static void stateOf(ApiClient.Reply reply, String state) {
        assertThat(reply.expect(409, "conflict")
                        .json()
                        .at("/error/details/state")
                        .stringValue())
                .isEqualTo(state);
    }

    private static JsonNode shown(String authority) {
        return owner.get("/v1/pki/ca/" + authority + "/certificate").expect(200).json();
    }

    private void write(String name, String pem) throws Exception {
        Files.writeString(folder.resolve(name), pem);
    }

    private JsonNode leaf(String authority, String role, String host) throws Exception {
        owner.post(
                        "/v1/pki/roles",
                        Map.of(
                                "name",
                                role,
                                "ca_id",
                                authority,
                                "allowed_domains",
                                List.of(host),
                                "allow_bare_domains",
                                true))
                .expect(201);
        JsonNode issued = owner.post("/v1/pki/issue/" + role, Map.of("common_name", host, "ttl", "1h"))
                .expect(201)
                .json();
        write("leaf.pem", issued.get("certificate").stringValue());
        return issued;
    }

    private static String list(String authority) {
        // Whoever is making lists at that moment has them made for everybody.
        for (int attempt = 0; attempt < 100; attempt++) {
            ApiClient.Reply reply = owner.post("/v1/pki/ca/" + authority + "/crl", null);
            if (reply.status() != 409) {
                return reply.expect(200).json().get("crl_pem").stringValue();
            }
        }
        throw new AssertionError("the lists are never made");
    }

    @Test
    void oneOfOurs_isValidForThoseWhoTrustTheSigner_untilThatIsRevoked() throws Exception {
        String signer = authority("signer");
        String other = authority("other", "max_path_length", 1);
        leaf(other, "of-other", "cross.test");
        assertThat(shown(other).get("alternative_chains")).isEmpty();

        JsonNode made = crossed(signer, "subject_ca_id", other, "validity_days", 30)
                .expect(201)
                .json();

        assertThat(made.get("subject_ca_id").stringValue()).isEqualTo(other);
        JsonNode own = shown(other);
        X509CertificateHolder cross = holder(made.get("certificate").stringValue());
        X509CertificateHolder before = holder(own.get("certificate_pem").stringValue());
        assertThat(cross.getSubject().getEncoded())
                .isEqualTo(before.getSubject().getEncoded());
        assertThat(cross.getSubjectPublicKeyInfo()).isEqualTo(before.getSubjectPublicKeyInfo());
        assertThat(SubjectKeyIdentifier.fromExtensions(cross.getExtensions()))
                .isEqualTo(SubjectKeyIdentifier.fromExtensions(before.getExtensions()));
        JsonNode alternative = own.get("alternative_chains").get(0);
        assertThat(alternative.get("certificate_pem").stringValue())
                .isEqualTo(made.get("certificate").stringValue());
        assertThat(alternative.get("chain_pem")).hasSize(1);
        assertThat(own.get("chain_pem")).isEmpty();
        write("signer.pem", made.get("ca_chain").get(0).stringValue());
        write("cross.pem", made.get("certificate").stringValue());
        assertThat(Programs.openssl(
                        folder,
                        "verify",
                        "-x509_strict",
                        "-CAfile",
                        "signer.pem",
                        "-untrusted",
                        "cross.pem",
                        "leaf.pem"))
                .contains("OK");
        write(
                "all.pem",
                Files.readString(folder.resolve("leaf.pem"))
                        + Files.readString(folder.resolve("cross.pem"))
                        + Files.readString(folder.resolve("signer.pem")));
        assertThat(Programs.run(folder, 0, "certtool", "--verify-chain", "--infile", "all.pem"))
                .contains("Verified");
        assertThat(Programs.openssl(folder, "x509", "-in", "cross.pem", "-noout", "-text"))
                .contains("CA:TRUE, pathlen:1")
                .contains("/v1/pki/ca/" + signer + "/crl?generation=1");
        JsonNode verdict = owner.post(
                        "/v1/pki/certificates/validate",
                        Map.of(
                                "certificate_pem", Files.readString(folder.resolve("leaf.pem")),
                                "chain_pem", List.of(made.get("certificate").stringValue()),
                                "trust_anchors", List.of(signer),
                                "check_revocation", true))
                .expect(200)
                .json();
        assertThat(verdict.get("valid").booleanValue()).as(verdict.toString()).isTrue();

        String id = made.get("id").stringValue();
        owner.get("/v1/pki/certificates/" + id).expect(200);
        assertThat(owner.get("/v1/pki/certificates/" + id + "/pem").expect(200).body())
                .isEqualTo(made.get("certificate").stringValue());
        owner.post(
                        "/v1/pki/revoke",
                        Map.of("serial_number", made.get("serial_number").stringValue(), "reason", "superseded"))
                .expect(200);
        assertThat(shown(other).get("alternative_chains")).isEmpty();
        write("lists.pem", list(signer) + list(other));
        assertThat(Programs.run(
                        folder,
                        2,
                        "openssl",
                        "verify",
                        "-crl_check_all",
                        "-CRLfile",
                        "lists.pem",
                        "-CAfile",
                        "signer.pem",
                        "-untrusted",
                        "cross.pem",
                        "leaf.pem"))
                .contains("certificate revoked");
        // By its own root it counts still.
        write("root.pem", own.get("certificate_pem").stringValue());
        Programs.openssl(
                folder, "verify", "-crl_check_all", "-CRLfile", "lists.pem", "-CAfile", "root.pem", "leaf.pem");
    }

    private static X509CertificateHolder holder(String pem) throws Exception {
        return new X509CertificateHolder(OcspQuestions.certificate(pem).getEncoded());
    }

    @Test
    void withTheAuthority_whatVouchesForItGoesToo() throws Exception {
        String signer = authority("revoking-signer");
        String other = authority("revoking-other");
        JsonNode made = crossed(signer, "subject_ca_id", other).expect(201).json();
        owner.post("/v1/pki/ca/" + other + "/revoke", Map.of("reason", "key_compromise"))
                .expect(200);
        write("list.pem", list(signer));
        assertThat(Programs.openssl(folder, "crl", "-in", "list.pem", "-noout", "-text"))
                .contains(made.get("serial_number").stringValue().replace(":", ""));
        stateOf(crossed(signer, "subject_ca_id", other), "revoked");
    }

    @Test
    void crossCertificateOnHold_goesForGood_withItsSubject() throws Exception {
        String signer = authority("holding-signer");
        String other = authority("holding-other");
        String serial = crossed(signer, "subject_ca_id", other)
                .expect(201)
                .json()
                .get("serial_number")
                .stringValue();
        owner.post("/v1/pki/revoke", Map.of("serial_number", serial, "reason", "certificate_hold"))
                .expect(200);
        owner.post("/v1/pki/ca/" + other + "/revoke", Map.of("reason", "key_compromise"))
                .expect(200);
        stateOf(owner.post("/v1/pki/release", Map.of("serial_number", serial)), "revoked");
        write("list.pem", list(signer));
        assertThat(Programs.openssl(folder, "crl", "-in", "list.pem", "-noout", "-text"))
                .contains(serial.replace(":", ""))
                .contains("Key Compromise")
                .doesNotContain("Certificate Hold");
    }

    @Test
    void crossCertificateOfOneBelow_goesWithTheAuthorityAbove() throws Exception {
        String signer = authority("aside-signer");
        String above = authority("above-other");
        String below = authority("below-other", "ca_type", "intermediate", "parent_ca_id", above);
        String serial = crossed(signer, "subject_ca_id", below)
                .expect(201)
                .json()
                .get("serial_number")
                .stringValue();
        // One that counted again: it is revoked as if it never had been.
        String released = crossed(signer, "subject_ca_id", below)
                .expect(201)
                .json()
                .get("serial_number")
                .stringValue();
        owner.post("/v1/pki/revoke", Map.of("serial_number", released, "reason", "certificate_hold"))
                .expect(200);
        owner.post("/v1/pki/release", Map.of("serial_number", released)).expect(200);
        owner.post("/v1/pki/ca/" + above + "/revoke", Map.of("reason", "ca_compromise"))
                .expect(200);
        write("list.pem", list(signer));
        assertThat(Programs.openssl(folder, "crl", "-in", "list.pem", "-noout", "-text"))
                .contains(serial.replace(":", ""), released.replace(":", ""))
                .contains("CA Compromise")
                .doesNotContain("Certificate Hold");
    }

    @Test
    void oneOfOthers_isVouchedFor_withinTheBoundsOfTheSigner() throws Exception {
        String root = authority("bounding-root");
        String signer = authority(
                "bounding",
                "ca_type",
                "intermediate",
                "parent_ca_id",
                root,
                "max_path_length",
                2,
                "name_constraints",
                Map.of("permitted_dns", List.of("good.test")));
        OutsideAuthority outside = OutsideAuthority.root(folder, "outsider", 3650);

        JsonNode made =
                crossed(signer, "certificate_pem", outside.pem()).expect(201).json();

        assertThat(made.get("subject_ca_id").isNull()).isTrue();
        write(
                "cross.pem",
                made.get("certificate").stringValue()
                        + made.get("ca_chain").get(0).stringValue());
        write("root.pem", made.get("ca_chain").get(1).stringValue());
        assertThat(Programs.openssl(folder, "x509", "-in", "cross.pem", "-noout", "-text"))
                .contains("CA:TRUE, pathlen:1");
        for (String host : List.of("good", "bad")) {
            String csr = Programs.request(folder, "ec -pkeyopt ec_paramgen_curve:P-256", "/CN=" + host + ".test");
            write(
                    "leaf.pem",
                    outside.sign(
                            csr,
                            "subjectAltName=DNS:" + host + ".test",
                            "authorityKeyIdentifier=keyid",
                            "basicConstraints=CA:FALSE"));
            assertThat(Programs.run(
                            folder,
                            host.equals("good") ? 0 : 2,
                            "openssl",
                            "verify",
                            "-x509_strict",
                            "-CAfile",
                            "root.pem",
                            "-untrusted",
                            "cross.pem",
                            "leaf.pem"))
                    .contains(host.equals("good") ? "OK" : "permitted subtree violation");
        }
        crossed(signer, "certificate_pem", outside.pem(), "max_path_length", 2).expect(422, "validation_error");
        assertThat(crossed(signer, "certificate_pem", outside.pem(), "max_path_length", 0)
                        .expect(201)
                        .json()
                        .get("certificate"))
                .isNotNull();
        crossed(signer, "certificate_pem", outside.pem(), "validity_days", 36_500)
                .expect(422, "ttl_exceeded");
        String last =
                authority("bounding-last", "ca_type", "intermediate", "parent_ca_id", signer, "max_path_length", 0);
        stateOf(crossed(last, "certificate_pem", outside.pem()), "max_path_length_0");
    }

    @Test
    void loopsAndWhatIsNoAuthority_areRefused_andTakeNoNumber() throws Exception {
        String root = authority("loop-root");
        String below = authority("loop-below", "ca_type", "intermediate", "parent_ca_id", root);
        String waiting = authority("loop-waiting", "ca_type", "intermediate", "signed_by", "external");
        Object before = certificates();
        refused("loop", crossed(root, "subject_ca_id", root));
        refused("loop", crossed(below, "subject_ca_id", root));
        refused(
                "loop",
                crossed(
                        below,
                        "certificate_pem",
                        shown(root).get("certificate_pem").stringValue()));
        stateOf(crossed(root, "subject_ca_id", waiting), "pending");
        stateOf(crossed(waiting, "subject_ca_id", root), "pending");
        crossed(root).expect(422, "validation_error");
        crossed(root, "subject_ca_id", below, "certificate_pem", "x").expect(422, "validation_error");
        crossed(root, "certificate_pem", "x").expect(422, "validation_error");
        crossed(root, "subject_ca_id", "ca_01K9Z6F3V4M8Q2T7B5N1C0D9XE").expect(404, "ca_not_found");
        crossed(root, "subject_ca_id", "nonsense").expect(404, "ca_not_found");
        crossed(root, "subject_ca_id", below, "validity_days", 0).expect(422, "validation_error");
        OutsideAuthority outside = OutsideAuthority.root(folder, "outsider", 30);
        String csr = Programs.request(folder, "ec -pkeyopt ec_paramgen_curve:P-256", "/CN=leaf");
        refused("not_a_ca", crossed(root, "certificate_pem", outside.sign(csr, "basicConstraints=CA:FALSE")));
        refused("expired", crossed(root, "certificate_pem", outside.signExpired(csr)));
        for (String form : List.of(
                "2.5.29.14=DER:0400",
                "2.5.29.14=DER:0441" + "00".repeat(65),
                "2.5.29.19=critical,DER:30060101FF0201FF")) {
            String basic = form.contains(".19=") ? form : "basicConstraints=critical,CA:TRUE";
            String identifier = form.contains(".14=") ? form : "subjectKeyIdentifier=hash";
            String odd = outside.sign(csr, basic, identifier, "keyUsage=critical,keyCertSign,cRLSign");
            refused("not_a_ca", crossed(root, "certificate_pem", odd));
        }
        byte[] changed =
                Pem.read(outside.pem(), 10_000, 1).orElseThrow().getFirst().content();
        changed[changed.length - 3] ^= 1;
        refused("signature_invalid", crossed(root, "certificate_pem", Pem.write(Pem.CERTIFICATE, changed)));
        String weak = Programs.request(folder, "rsa:1024", "/CN=weak");
        refused(
                "key_weak",
                crossed(root, "certificate_pem", outside.sign(weak, OutsideAuthority.CA.toArray(String[]::new))));
        refused(
                "name_constraints",
                crossed(
                        root,
                        "certificate_pem",
                        outside.below(
                                        "named",
                                        "basicConstraints=critical,CA:TRUE",
                                        "keyUsage=critical,keyCertSign,cRLSign",
                                        "subjectKeyIdentifier=hash",
                                        "nameConstraints=critical,permitted;RID:1.2.3")
                                .pem()));
        owner.post("/v1/pki/ca/" + root + "/disable", null).expect(200);
        stateOf(crossed(root, "certificate_pem", outside.pem()), "disabled");
        owner.post("/v1/pki/ca/" + root + "/enable", null).expect(200);
        ApiClient writer = server.member(owner, TENANT, TENANT, "cross-writer", "pki/ca/**", "read", "write");
        writer.post("/v1/pki/ca/" + root + "/cross-sign", Map.of("certificate_pem", outside.pem()))
                .expect(403, "access_denied");
        ApiClient signer = server.member(owner, TENANT, TENANT, "cross-signer", "pki/ca/loop-root", "admin");
        signer.post("/v1/pki/ca/" + root + "/cross-sign", Map.of("subject_ca_id", below))
                .expect(403, "access_denied");
        String foreign = server.owner("pki-cross-else", "pki-cross-else")
                .post("/v1/pki/ca", Map.of("name", "else", "common_name", "Else", "ca_type", "root", "key_type", "ec"))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        crossed(root, "subject_ca_id", foreign).expect(404, "ca_not_found");
        assertThat(certificates()).isEqualTo(before);
    }

    private static Object certificates() {
        return Sql.superuser(server)
                .value("select count(*) from certificate where tenant_id = 'tnt_" + TENANT
                        + "' and ca_id in (select ca_id from certificate_authority where name like 'loop-%')");
    }
}
