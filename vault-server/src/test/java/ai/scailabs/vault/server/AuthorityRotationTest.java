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
import java.security.cert.CRL;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A new key under the same name, as OpenSSL, GnuTLS and the JDK take what both keys signed. */
class AuthorityRotationTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static RunningServer server;
    private static ApiClient owner;

    @TempDir
    private Path folder;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("pki-rotation", "pki-rotation");
    }

    private static String authority(String name, Object... more) {
        Map<String, Object> body =
                new HashMap<>(Map.of("name", name, "common_name", "CA " + name, "ca_type", "root", "key_type", "ec"));
        for (int i = 0; i < more.length; i += 2) {
            body.put((String) more[i], more[i + 1]);
        }
        return owner.post("/v1/pki/ca", body).expect(201).json().get("id").stringValue();
    }

    private static JsonNode rotated(String authority, Object... members) {
        Map<String, Object> body = new HashMap<>();
        for (int i = 0; i < members.length; i += 2) {
            body.put((String) members[i], members[i + 1]);
        }
        return owner.post("/v1/pki/ca/" + authority + "/rotate", body)
                .expect(200)
                .json();
    }

    private static void stateOf(ApiClient.Reply reply, String state) {
        assertThat(reply.expect(409, "conflict")
                        .json()
                        .at("/error/details/state")
                        .stringValue())
                .isEqualTo(state);
    }

    private static void role(String authority, String name) {
        owner.post(
                        "/v1/pki/roles",
                        Map.of(
                                "name",
                                name,
                                "ca_id",
                                authority,
                                "allowed_domains",
                                List.of("rotated.test"),
                                "allow_bare_domains",
                                true))
                .expect(201);
    }

    /** The certificate in {@code NAME.pem}, those above it in {@code NAME-above.pem}. */
    private JsonNode issued(String role, String name) throws Exception {
        JsonNode issued = owner.post("/v1/pki/issue/" + role, Map.of("common_name", "rotated.test", "ttl", "1h"))
                .expect(201)
                .json();
        write(name, issued.get("certificate").stringValue());
        StringBuilder above = new StringBuilder();
        issued.get("ca_chain").forEach(each -> above.append(each.stringValue()));
        write(name + "-above", above.toString());
        return issued;
    }

    private void write(String name, String pem) throws Exception {
        Files.writeString(folder.resolve(name + ".pem"), pem);
    }

    private static String list(String authority, int generation) throws Exception {
        HttpResponse<String> response = HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/v1/pki/ca/" + authority
                                + "/crl?generation=" + generation))
                        .header("Accept", "application/x-pem-file")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    private static void build(String authority) {
        // Whoever is making lists at that moment has them made for everybody.
        for (int attempt = 0; attempt < 100; attempt++) {
            ApiClient.Reply reply = owner.post("/v1/pki/ca/" + authority + "/crl", null);
            if (reply.status() != 409) {
                reply.expect(200);
                return;
            }
        }
        throw new AssertionError("the lists are never made");
    }

    private String verified(int exit, String leaf, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl", "verify", "-x509_strict"));
        command.addAll(List.of(options));
        command.add(leaf + ".pem");
        return Programs.run(folder, exit, command.toArray(String[]::new));
    }

    private static List<X509Certificate> read(String pem) throws Exception {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                .stream()
                .map(X509Certificate.class::cast)
                .toList();
    }

    private void javaVerifies(String name, List<String> lists) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> chain = new ArrayList<>(read(Files.readString(folder.resolve(name + ".pem"))));
        chain.addAll(read(Files.readString(folder.resolve(name + "-above.pem"))));
        List<CRL> crls = new ArrayList<>();
        for (String list : lists) {
            crls.add(factory.generateCRL(new ByteArrayInputStream(list.getBytes(StandardCharsets.US_ASCII))));
        }
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(chain.getLast(), null)));
        parameters.setRevocationEnabled(true);
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(crls)));
        CertPathValidator.getInstance("PKIX")
                .validate(factory.generateCertPath(chain.subList(0, chain.size() - 1)), parameters);
    }

    @Test
    void root_signsWithTheNewKey_andEachKeyTellsOfItsOwn() throws Exception {
        String root = authority("root");
        role(root, "of-root");
        JsonNode first = issued("of-root", "one");
        String old = Files.readString(folder.resolve("one-above.pem"));

        JsonNode after = rotated(root);

        assertThat(after.get("key_generation").intValue()).isEqualTo(2);
        assertThat(after.get("subject").stringValue()).isEqualTo("cn=CA root");
        JsonNode second = issued("of-root", "two");
        X509Certificate before = read(old).getFirst();
        X509Certificate now =
                read(Files.readString(folder.resolve("two-above.pem"))).getFirst();
        assertThat(now.getSubjectX500Principal().getEncoded())
                .isEqualTo(before.getSubjectX500Principal().getEncoded());
        assertThat(now.getPublicKey()).isNotEqualTo(before.getPublicKey());
        assertThat(now.getSerialNumber()).isNotEqualTo(before.getSerialNumber());
        assertThat(Programs.openssl(folder, "x509", "-in", "two.pem", "-noout", "-text"))
                .contains("/crl?generation=2")
                .contains("/certificate/2.cer");
        for (int generation : List.of(1, 2)) {
            byte[] published = HTTP.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/v1/pki/ca/" + root
                                            + "/certificate/" + generation + ".cer"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofByteArray())
                    .body();
            assertThat(published).isEqualTo((generation == 1 ? before : now).getEncoded());
        }
        JsonNode generations =
                owner.get("/v1/pki/ca/" + root).expect(200).json().get("generations");
        assertThat(generations).hasSize(2);
        assertThat(generations.get(0).get("key_generation").intValue()).isEqualTo(2);
        assertThat(generations.get(1).get("subject_key_id").stringValue())
                .isNotEqualTo(generations.get(0).get("subject_key_id").stringValue());

        // The first list of the new key is there when somebody asks.
        assertThat(list(root, 2)).startsWith("-----BEGIN X509 CRL-----");
        owner.post(
                        "/v1/pki/revoke",
                        Map.of("serial_number", first.get("serial_number").stringValue(), "reason", "superseded"))
                .expect(200);
        build(root);
        String oldList = list(root, 1);
        String newList = list(root, 2);
        write("lists", newList + oldList);
        write("roots", now(folder, "two-above") + old);
        write("old-list", oldList);
        write("new-list", newList);
        // Each by its own, and by both: which list is whose tells the key identifier.
        assertThat(verified(2, "one", "-crl_check", "-CAfile", "one-above.pem", "-CRLfile", "old-list.pem"))
                .contains("certificate revoked");
        assertThat(verified(2, "one", "-crl_check", "-CAfile", "roots.pem", "-CRLfile", "lists.pem"))
                .contains("certificate revoked");
        assertThat(verified(0, "two", "-crl_check", "-CAfile", "two-above.pem", "-CRLfile", "new-list.pem"))
                .contains("OK");
        assertThat(verified(0, "two", "-crl_check", "-CAfile", "roots.pem", "-CRLfile", "lists.pem"))
                .contains("OK");
        assertThat(verified(2, "one", "-crl_check", "-CAfile", "one-above.pem", "-CRLfile", "new-list.pem"))
                .doesNotContain(": OK");
        // The JDK gives up when it meets a list of the same name by another key: it takes the one to which the
        // certificate points.
        javaVerifies("two", List.of(newList));
        String both = oldList + newList;
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> javaVerifies("one", List.of(oldList))))
                .as(both)
                .isInstanceOf(CertPathValidatorException.class)
                .hasMessageContaining("revoked");

        assertThat(ocsp(root, "one-above", "one"))
                .contains("Response verify OK")
                .contains("one.pem: revoked");
        assertThat(ocsp(root, "two-above", "two"))
                .contains("Response verify OK")
                .contains("two.pem: good");
        // A number of one key is none of the other's.
        assertThat(ocsp(root, "two-above", "one")).contains("one.pem: unknown");
        for (JsonNode each : List.of(first, second)) {
            JsonNode verdict = owner.post(
                            "/v1/pki/certificates/validate",
                            Map.of("certificate_pem", each.get("certificate").stringValue(), "check_revocation", true))
                    .expect(200)
                    .json();
            assertThat(verdict.get("errors")
                            .valueStream()
                            .map(error -> error.get("code").stringValue())
                            .collect(Collectors.toSet()))
                    .isEqualTo(each == first ? Set.of("revoked") : Set.of());
        }
    }

    private static String now(Path folder, String name) throws Exception {
        return Files.readString(folder.resolve(name + ".pem"));
    }

    private String ocsp(String authority, String issuer, String certificate) throws Exception {
        return Programs.openssl(
                folder,
                "ocsp",
                "-issuer",
                issuer + ".pem",
                "-cert",
                certificate + ".pem",
                "-url",
                "http://127.0.0.1:" + server.port() + "/v1/pki/ocsp/" + authority,
                "-CAfile",
                issuer + ".pem");
    }

    @Test
    void intermediate_isSignedByItsParent_withTheBoundsThatItHad() throws Exception {
        String root = authority("parent");
        String below = authority(
                "below",
                "ca_type",
                "intermediate",
                "parent_ca_id",
                root,
                "max_path_length",
                1,
                "organization",
                "Acme",
                "name_constraints",
                Map.of("permitted_dns", List.of("rotated.test")));
        role(below, "of-below");
        issued("of-below", "one");
        // The parent has another key by then, too.
        rotated(root);

        JsonNode after = rotated(below, "key_type", "rsa", "key_size", 2048, "validity_days", 100);

        assertThat(after.get("key_type").stringValue()).isEqualTo("rsa");
        assertThat(after.get("subject").stringValue()).isEqualTo("cn=CA below,o=Acme");
        assertThat(after.get("max_path_length").intValue()).isEqualTo(1);
        assertThat(after.at("/name_constraints/permitted_dns/0").stringValue()).isEqualTo("rotated.test");
        JsonNode generations =
                owner.get("/v1/pki/ca/" + below).expect(200).json().get("generations");
        assertThat(generations.get(0).get("issuer_key_generation").intValue()).isEqualTo(2);
        assertThat(generations.get(1).get("issuer_key_generation").intValue()).isEqualTo(1);
        issued("of-below", "two");
        build(root);
        build(below);
        List<String> lists = List.of(list(root, 1), list(root, 2), list(below, 1), list(below, 2));
        write("lists", String.join("", lists));
        for (String name : List.of("one", "two")) {
            write(name + "-root", pemOf(Files.readString(folder.resolve(name + "-above.pem")), 1));
            assertThat(verified(
                            0,
                            name,
                            "-crl_check_all",
                            "-CAfile",
                            name + "-root.pem",
                            "-untrusted",
                            name + "-above.pem",
                            "-CRLfile",
                            "lists.pem"))
                    .contains("OK");
            javaVerifies(
                    name,
                    name.equals("one") ? List.of(lists.get(0), lists.get(2)) : List.of(lists.get(1), lists.get(3)));
            write(
                    name + "-all",
                    Files.readString(folder.resolve(name + ".pem"))
                            + Files.readString(folder.resolve(name + "-above.pem")));
            assertThat(Programs.run(folder, 0, "certtool", "--verify-chain", "--infile", name + "-all.pem"))
                    .contains("Verified");
        }
        // With the authority all that it ever was goes.
        owner.post("/v1/pki/ca/" + below + "/revoke", Map.of("reason", "key_compromise"))
                .expect(200);
        build(root);
        write("root-lists", list(root, 1) + list(root, 2) + list(below, 1) + list(below, 2));
        for (String name : List.of("one", "two")) {
            assertThat(verified(
                            2,
                            name,
                            "-crl_check_all",
                            "-CAfile",
                            name + "-root.pem",
                            "-untrusted",
                            name + "-above.pem",
                            "-CRLfile",
                            "root-lists.pem"))
                    .contains("certificate revoked");
        }
        stateOf(owner.post("/v1/pki/ca/" + below + "/rotate", Map.of()), "revoked");
    }

    private static String pemOf(String chain, int index) {
        return chain.split("(?<=-----END CERTIFICATE-----\n)")[index];
    }

    @Test
    void signedElsewhere_goesOnWithTheOldKey_untilTheCertificateComes() throws Exception {
        OutsideAuthority outside = OutsideAuthority.root(folder, "outside", 3650);
        String id = authority("elsewhere", "ca_type", "intermediate", "signed_by", "external");
        bring(id, outside.sign(csr(id)), outside).expect(200);
        role(id, "of-elsewhere");
        issued("of-elsewhere", "one");

        JsonNode asked = rotated(id);

        assertThat(asked.get("csr_pending").booleanValue()).isTrue();
        assertThat(asked.get("key_generation").intValue()).isEqualTo(1);
        String first = csr(id);
        issued("of-elsewhere", "still");
        assertThat(Files.readString(folder.resolve("still-above.pem")))
                .isEqualTo(Files.readString(folder.resolve("one-above.pem")));
        rotated(id);
        assertThat(csr(id)).isNotEqualTo(first);
        bring(id, outside.sign(first), outside).expect(422, "validation_error");
        owner.post("/v1/pki/ca/" + id + "/rotate", Map.of("validity_days", 5)).expect(422, "validation_error");
        // Of three keys one was never certified, and is gone.
        assertThat(
                        Sql.superuser(server)
                                .value(
                                        "select count(*) from ca_signing_key k where k.tenant_id = 'tnt_pki-rotation' and not exists ("
                                                + "select from ca_generation g where g.key_id = k.key_id) and not exists (select from ca_pending_key p where p.key_id = k.key_id)"))
                .isEqualTo(0L);

        JsonNode certified =
                bring(id, outside.sign(csr(id)), outside).expect(200).json();

        assertThat(certified.get("key_generation").intValue()).isEqualTo(2);
        assertThat(certified.get("csr_pending").booleanValue()).isFalse();
        issued("of-elsewhere", "two");
        build(id);
        write("lists", list(id, 1) + list(id, 2));
        for (String name : List.of("one", "two")) {
            assertThat(verified(
                            0,
                            name,
                            "-crl_check",
                            "-CAfile",
                            "outside.pem",
                            "-untrusted",
                            name + "-above.pem",
                            "-CRLfile",
                            "lists.pem"))
                    .contains("OK");
        }
    }

    private static String csr(String authority) {
        return owner.get("/v1/pki/ca/" + authority + "/csr")
                .expect(200)
                .json()
                .get("csr_pem")
                .stringValue();
    }

    private static ApiClient.Reply bring(String authority, String certificate, OutsideAuthority outside)
            throws Exception {
        return owner.post(
                "/v1/pki/ca/" + authority + "/certificate", Map.of("certificate_pem", certificate + outside.pem()));
    }

    @Test
    void whoDoesNotSign_orMayNot_getsNoNewKey() {
        String root = authority("refusing");
        String below = authority("refusing-below", "ca_type", "intermediate", "parent_ca_id", root);
        String waiting = authority("refusing-pending", "ca_type", "intermediate", "signed_by", "external");
        Object keys = keys();
        stateOf(owner.post("/v1/pki/ca/" + waiting + "/rotate", Map.of()), "pending");
        owner.post("/v1/pki/ca/" + root + "/disable", null).expect(200);
        stateOf(owner.post("/v1/pki/ca/" + root + "/rotate", Map.of()), "disabled");
        stateOf(owner.post("/v1/pki/ca/" + below + "/rotate", Map.of()), "disabled");
        owner.post("/v1/pki/ca/" + root + "/enable", null).expect(200);
        owner.post("/v1/pki/ca/" + below + "/rotate", Map.of("validity_days", 36500))
                .expect(422, "ttl_exceeded");
        for (Map<String, Object> wrong : List.<Map<String, Object>>of(
                Map.of("key_type", "dsa"),
                Map.of("key_type", "ec", "key_size", 521),
                Map.of("validity_days", 0),
                Map.of("key_size", 100))) {
            owner.post("/v1/pki/ca/" + root + "/rotate", wrong).expect(422, "validation_error");
        }
        owner.post("/v1/pki/ca/" + root + "/rotate", Map.of("name", "other")).expect(400, "invalid_request");
        ApiClient reader =
                server.member(owner, "pki-rotation", "pki-rotation", "reader", "pki/ca/refusing", "read", "write");
        reader.post("/v1/pki/ca/" + root + "/rotate", Map.of()).expect(403, "access_denied");
        ApiClient administrator =
                server.member(owner, "pki-rotation", "pki-rotation", "below-only", "pki/ca/refusing-below", "admin");
        // The parent signs, and takes its own permission.
        administrator.post("/v1/pki/ca/" + below + "/rotate", Map.of()).expect(403, "access_denied");
        assertThat(keys()).isEqualTo(keys);
    }

    private static Object keys() {
        return Sql.superuser(server).value("select count(*) from ca_signing_key where tenant_id = 'tnt_pki-rotation'");
    }
}
