package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.RepositoryFiles;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Authorities that did not just begin here with one key: what they sign, as zlint, OpenSSL, GnuTLS, NSS and the JDK read it. */
class AuthoritiesReadByOthersTest {
    private static final String TENANT = "pki-others";

    private static RunningServer server;
    private static ApiClient owner;

    @TempDir
    private Path folder;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner(TENANT, TENANT);
    }

    private static String made(String name, Object... more) {
        Map<String, Object> body =
                new HashMap<>(Map.of("name", name, "common_name", "CA " + name, "ca_type", "root", "key_type", "ec"));
        for (int i = 0; i < more.length; i += 2) {
            body.put((String) more[i], more[i + 1]);
        }
        return id(owner.post("/v1/pki/ca", body).expect(201).json());
    }

    private static String id(JsonNode shown) {
        return shown.get("id").stringValue();
    }

    private static void rotate(String authority) {
        owner.post("/v1/pki/ca/" + authority + "/rotate", Map.of()).expect(200);
    }

    private static void certify(String authority, OutsideAuthority by, String... chain) throws Exception {
        String csr = owner.get("/v1/pki/ca/" + authority + "/csr")
                .expect(200)
                .json()
                .get("csr_pem")
                .stringValue();
        owner.post(
                        "/v1/pki/ca/" + authority + "/certificate",
                        Map.of("certificate_pem", by.sign(csr), "chain_pem", List.of(chain)))
                .expect(200);
    }

    private static List<String> leafAndChain(String authority, String name) {
        owner.post(
                        "/v1/pki/roles",
                        Map.of(
                                "name",
                                name,
                                "ca_id",
                                authority,
                                "allowed_domains",
                                List.of(name + ".test"),
                                "allow_bare_domains",
                                true))
                .expect(201);
        JsonNode issued = owner.post("/v1/pki/issue/" + name, Map.of("common_name", name + ".test", "ttl", "24h"))
                .expect(201)
                .json();
        List<String> all = new ArrayList<>(List.of(issued.get("certificate").stringValue()));
        issued.get("ca_chain").forEach(each -> all.add(each.stringValue()));
        return all;
    }

    @TestFactory
    List<DynamicTest> everyKind() {
        return List.of(
                kind("rotated-root", name -> {
                    String root = made(name);
                    rotate(root);
                    return leafAndChain(root, name);
                }),
                kind("below-rotated", name -> {
                    String below = made(
                            name,
                            "ca_type",
                            "intermediate",
                            "parent_ca_id",
                            made(name + "-root"),
                            "validity_days",
                            300);
                    rotate(below);
                    return leafAndChain(below, name);
                }),
                kind("imported", name -> {
                    OutsideAuthority outside = outside("imported");
                    String brought = id(owner.post(
                                    "/v1/pki/ca/import",
                                    Map.of(
                                            "name",
                                            name,
                                            "certificate_pem",
                                            outside.pem(),
                                            "private_key_pem",
                                            outside.key()))
                            .expect(201)
                            .json());
                    return leafAndChain(brought, name);
                }),
                kind("external", name -> {
                    OutsideAuthority outside = outside("external");
                    String pending = made(name, "ca_type", "intermediate", "signed_by", "external");
                    certify(pending, outside, outside.pem());
                    List<String> all = leafAndChain(pending, name);
                    assertThat(all).hasSize(3);
                    return all;
                }),
                kind("external-again", name -> {
                    OutsideAuthority outside = outside("external-again");
                    String pending = made(name, "ca_type", "intermediate", "signed_by", "external");
                    certify(pending, outside, outside.pem());
                    rotate(pending);
                    certify(pending, outside, outside.pem());
                    return leafAndChain(pending, name);
                }),
                kind("crossed", name -> {
                    String other = made(name);
                    String leaf = leafAndChain(other, name).getFirst();
                    JsonNode cross = owner.post(
                                    "/v1/pki/ca/" + made(name + "-signer") + "/cross-sign",
                                    Map.of("subject_ca_id", other, "validity_days", 30))
                            .expect(201)
                            .json();
                    List<String> all = new ArrayList<>(
                            List.of(leaf, cross.get("certificate").stringValue()));
                    cross.get("ca_chain").forEach(each -> all.add(each.stringValue()));
                    return all;
                }));
    }

    private OutsideAuthority outside(String name) throws Exception {
        return OutsideAuthority.root(
                folder, name, 3650, "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign");
    }

    private DynamicTest kind(String name, Kind kind) {
        return DynamicTest.dynamicTest(name, () -> acceptedByAll(kind.leafToRoot(name)));
    }

    /** Each certificate and the whole chain; those that OpenSSL made are not linted. */
    private void acceptedByAll(List<String> chain) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                RepositoryFiles.root().resolve(".peers/zlint/bin/zlint").toString(),
                "-includeSources",
                "RFC5280,RFC5480,RFC5891,RFC8813,Community"));
        List<String> path = new ArrayList<>();
        for (int i = 0; i < chain.size(); i++) {
            String file = i == 0 ? "leaf.pem" : i == chain.size() - 1 ? "root.pem" : "between" + i + ".pem";
            Files.writeString(folder.resolve(file), chain.get(i));
            if (!subject(chain.get(i)).contains("Outside")) {
                command.add(file);
            }
            if (i > 0 && i < chain.size() - 1) {
                path.addAll(List.of("-untrusted", file));
            }
        }
        assertThat(Programs.run(folder, 0, command.toArray(String[]::new)))
                .doesNotContain("\"error\"", "\"fatal\"", "\"warn\"");

        List<String> openssl =
                new ArrayList<>(List.of("verify", "-x509_strict", "-CAfile", "root.pem", "-purpose", "sslserver"));
        openssl.addAll(path);
        openssl.add("leaf.pem");
        assertThat(Programs.openssl(folder, openssl.toArray(String[]::new))).endsWith(": OK\n");

        Files.writeString(folder.resolve("chain.pem"), String.join("", chain.subList(0, chain.size() - 1)));
        assertThat(Programs.run(
                        folder,
                        0,
                        "certtool",
                        "--verify",
                        "--load-ca-certificate",
                        "root.pem",
                        "--infile",
                        "chain.pem"))
                .contains("The certificate is trusted");

        List<String> nss = new ArrayList<>(List.of("vfychain", "-pp", "-u", "1", "-a", "leaf.pem"));
        for (int i = 1; i < chain.size() - 1; i++) {
            nss.addAll(List.of("-a", "between" + i + ".pem"));
        }
        nss.addAll(List.of("-t", "-a", "root.pem"));
        assertThat(Programs.run(folder, 0, nss.toArray(String[]::new))).contains("Chain is good!");

        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> read = new ArrayList<>();
        for (String pem : chain) {
            read.add(read(factory, pem));
        }
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(read.getLast(), null)));
        parameters.setRevocationEnabled(false);
        CertPathValidator.getInstance("PKIX")
                .validate(factory.generateCertPath(read.subList(0, read.size() - 1)), parameters);
    }

    private static String subject(String pem) throws Exception {
        return read(CertificateFactory.getInstance("X.509"), pem)
                .getSubjectX500Principal()
                .getName();
    }

    private static X509Certificate read(CertificateFactory factory, String pem) throws Exception {
        return (X509Certificate)
                factory.generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    private interface Kind {
        List<String> leafToRoot(String name) throws Exception;
    }
}
