package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.pki.x509.Pem;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Authorities that come with their key. */
class AuthorityImportTest {
    private static final String TENANT = "pki-import";

    private static RunningServer server;
    private static ApiClient owner;
    private static OutsideAuthority root;

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    @BeforeAll
    static void prepare() throws Exception {
        server = RunningServer.shared();
        owner = server.owner(TENANT, TENANT);
        root = OutsideAuthority.root(shared, "import-root", 3650);
    }

    private static Map<String, Object> body(String name, String certificates, String key, Object... more) {
        Map<String, Object> body =
                new HashMap<>(Map.of("name", name, "certificate_pem", certificates, "private_key_pem", key));
        for (int i = 0; i < more.length; i += 2) {
            body.put((String) more[i], more[i + 1]);
        }
        return body;
    }

    private static ApiClient.Reply bring(Map<String, Object> body) {
        return owner.post("/v1/pki/ca/import", body);
    }

    private static void refused(String rule, Map<String, Object> body) {
        Object before = count();
        ApiClient.Reply reply = bring(body).expect(422, "validation_error");
        assertThat(reply.json().at("/error/details/rule").stringValue())
                .as(reply.body())
                .isEqualTo(rule);
        assertThat(count()).isEqualTo(before);
    }

    private static void refusedField(String field, Map<String, Object> body) {
        ApiClient.Reply reply = bring(body).expect(422, "validation_error");
        assertThat(reply.json().at("/error/details/fields").propertyNames())
                .as(reply.body())
                .containsExactly(field);
    }

    private static Object count() {
        return Sql.superuser(server)
                .value("select count(*) from ca_signing_key where tenant_id = 'tnt_" + TENANT + "'");
    }

    private JsonNode issued(String authority, String role) throws Exception {
        owner.post(
                        "/v1/pki/roles",
                        Map.of(
                                "name",
                                role,
                                "ca_id",
                                authority,
                                "allowed_domains",
                                List.of("imported.test"),
                                "allow_bare_domains",
                                true))
                .expect(201);
        JsonNode issued = owner.post("/v1/pki/issue/" + role, Map.of("common_name", "imported.test", "ttl", "1h"))
                .expect(201)
                .json();
        Files.writeString(folder.resolve("leaf.pem"), issued.get("certificate").stringValue());
        StringBuilder above = new StringBuilder();
        issued.get("ca_chain").forEach(each -> above.append(each.stringValue()));
        Files.writeString(folder.resolve("above.pem"), above);
        return issued;
    }

    @Test
    void intermediate_isMatchedToItsCertificate_andIssuesUnderTheIdentifierThatItHas() throws Exception {
        OutsideAuthority issuing = root.below("issuing");
        // In any order: the key says which is meant.
        JsonNode made = bring(body(
                        "issuing", root.pem() + issuing.pem(), issuing.key(), "last_crl_number", 90_000_000_000_000L))
                .expect(201)
                .json();

        assertThat(made.get("ca_type").stringValue()).isEqualTo("intermediate");
        assertThat(made.get("common_name").stringValue()).isEqualTo("issuing");
        assertThat(made.get("status").stringValue()).isEqualTo("active");
        assertThat(made.get("parent_ca_id").isNull()).isTrue();
        String id = made.get("id").stringValue();
        JsonNode issued = issued(id, "of-issuing");
        assertThat(issued.get("ca_chain")).hasSize(2);
        Files.writeString(folder.resolve("root.pem"), root.pem());
        assertThat(Programs.openssl(
                        folder, "verify", "-x509_strict", "-CAfile", "root.pem", "-untrusted", "above.pem", "leaf.pem"))
                .contains("OK");
        // SHA-1 as OpenSSL has it, where ours would be another: the value counts, not how it was made.
        X509CertificateHolder leaf = new X509CertificateHolder(
                OcspQuestions.certificate(issued.get("certificate").stringValue())
                        .getEncoded());
        X509CertificateHolder own = new X509CertificateHolder(
                OcspQuestions.certificate(issuing.pem()).getEncoded());
        assertThat(AuthorityKeyIdentifier.fromExtensions(leaf.getExtensions()).getKeyIdentifierOctets())
                .isEqualTo(
                        SubjectKeyIdentifier.fromExtensions(own.getExtensions()).getKeyIdentifier());

        owner.post(
                        "/v1/pki/revoke",
                        Map.of("serial_number", issued.get("serial_number").stringValue(), "reason", "superseded"))
                .expect(200);
        String list = owner.post("/v1/pki/ca/" + id + "/crl", null)
                .expect(200)
                .json()
                .get("crl_pem")
                .stringValue();
        Files.writeString(folder.resolve("crl.pem"), list);
        assertThat(Programs.openssl(folder, "crl", "-in", "crl.pem", "-noout", "-crlnumber")
                        .strip())
                .matches("crlNumber=(0x)?51DAC207A00[0-9A-F]");
        assertThat(Programs.run(
                        folder,
                        2,
                        "openssl",
                        "verify",
                        "-crl_check",
                        "-CAfile",
                        "root.pem",
                        "-untrusted",
                        "above.pem",
                        "-CRLfile",
                        "crl.pem",
                        "leaf.pem"))
                .contains("certificate revoked");
        // What it signed before it came is not known here.
        String csr = Programs.request(shared, "ec -pkeyopt ec_paramgen_curve:P-256", "/CN=earlier");
        Files.writeString(
                folder.resolve("earlier.pem"),
                issuing.sign(csr, "subjectAltName=DNS:earlier.test", "authorityKeyIdentifier=keyid"));
        Files.writeString(folder.resolve("issuer.pem"), issuing.pem());
        assertThat(Programs.openssl(
                        folder,
                        "ocsp",
                        "-issuer",
                        "issuer.pem",
                        "-cert",
                        "earlier.pem",
                        "-url",
                        "http://127.0.0.1:" + server.port() + "/v1/pki/ocsp/" + id,
                        "-CAfile",
                        "root.pem",
                        "-verify_other",
                        "issuer.pem"))
                .contains("Response verify OK")
                .contains("earlier.pem: unknown");
    }

    /** What OpenSSL writes, and how. */
    @TestFactory
    Stream<DynamicTest> everyFormOfKey_isRead() {
        Map<String, String> forms = new LinkedHashMap<>();
        forms.put("rsa pkcs1", "genrsa -traditional -out made.key 2048");
        forms.put("rsa pkcs8", "genrsa -out made.key 2048");
        forms.put("ec sec1 with its parameters", "ecparam -name secp384r1 -genkey -out made.key");
        forms.put("ec pkcs8", "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out made.key");
        forms.put("ed25519", "genpkey -algorithm ED25519 -out made.key");
        forms.put(
                "pbkdf2",
                "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-256-cbc -pass pass:trusted -out made.key");
        forms.put("scrypt", "pkcs8 -topk8 -in plain.key -scrypt -passout pass:trusted -out made.key");
        return forms.entrySet().stream()
                .map(form -> DynamicTest.dynamicTest(form.getKey(), () -> {
                    boolean locked = form.getValue().contains("pass:");
                    String name = "form-" + form.getKey().replace(' ', '-');
                    Programs.openssl(
                            folder,
                            "genpkey",
                            "-algorithm",
                            "EC",
                            "-pkeyopt",
                            "ec_paramgen_curve:P-256",
                            "-out",
                            "plain.key");
                    Programs.openssl(folder, form.getValue().split(" "));
                    String[] request = {
                        "req",
                        "-x509",
                        "-new",
                        "-key",
                        "made.key",
                        "-passin",
                        "pass:trusted",
                        "-subj",
                        "/CN=" + name,
                        "-days",
                        "300",
                        "-out",
                        "made.pem",
                        "-addext",
                        "basicConstraints=critical,CA:TRUE",
                        "-addext",
                        "keyUsage=critical,keyCertSign,cRLSign"
                    };
                    Programs.openssl(folder, request);
                    String certificate = Files.readString(folder.resolve("made.pem"));
                    String key = Files.readString(folder.resolve("made.key"));
                    if (locked) {
                        refusedField("password", body(name, certificate, key));
                        refusedField("password", body(name, certificate, key, "password", "wrong"));
                    } else {
                        refusedField("password", body(name, certificate, key, "password", "trusted"));
                    }
                    JsonNode made = bring(
                                    locked
                                            ? body(name, certificate, key, "password", "trusted")
                                            : body(name, certificate, key))
                            .expect(201)
                            .json();
                    assertThat(made.get("ca_type").stringValue()).isEqualTo("root");
                    issued(made.get("id").stringValue(), name);
                    assertThat(Programs.openssl(folder, "verify", "-x509_strict", "-CAfile", "above.pem", "leaf.pem"))
                            .contains("OK");
                }));
    }

    /** Signs by its primes as before; whoever signs by the exponent makes what nobody accepts. */
    private static String withAnotherExponent(String pem) throws Exception {
        byte[] pkcs8 = Pem.read(pem, 10_000, 1).orElseThrow().getFirst().content();
        PrivateKeyInfo read = PrivateKeyInfo.getInstance(pkcs8);
        RSAPrivateKey key = RSAPrivateKey.getInstance(read.parsePrivateKey());
        RSAPrivateKey changed = new RSAPrivateKey(
                key.getModulus(),
                key.getPublicExponent(),
                key.getPrivateExponent().add(BigInteger.TWO),
                key.getPrime1(),
                key.getPrime2(),
                key.getExponent1(),
                key.getExponent2(),
                key.getCoefficient());
        return Pem.write("PRIVATE KEY", new PrivateKeyInfo(read.getPrivateKeyAlgorithm(), changed).getEncoded());
    }

    @Test
    void whatIsNoAuthorityWithItsKey_isRefused() throws Exception {
        OutsideAuthority good = root.below("good");
        OutsideAuthority other = root.below("other");
        String chain = good.pem() + root.pem();
        refused("key_mismatch", body("bad", chain, other.key()));
        refused("no_path", body("bad", good.pem(), good.key()));
        refused("not_in_chain", body("bad", chain + other.pem(), good.key()));
        OutsideAuthority leaf = root.below("leaf", "basicConstraints=critical,CA:FALSE");
        refused("not_a_ca", body("bad", leaf.pem() + root.pem(), leaf.key()));
        OutsideAuthority mute =
                root.below("mute", "basicConstraints=critical,CA:TRUE", "keyUsage=critical,digitalSignature,cRLSign");
        refused("not_a_ca", body("bad", mute.pem() + root.pem(), mute.key()));
        String ofRsa = Programs.request(folder, "rsa:2048", "/CN=rsa");
        String rsa = root.sign(ofRsa, OutsideAuthority.CA.toArray(String[]::new)) + root.pem();
        refused("key_mismatch", body("bad", rsa, withAnotherExponent(Files.readString(folder.resolve("key.pem")))));
        OutsideAuthority last = root.below(
                "last",
                "basicConstraints=critical,CA:TRUE,pathlen:0",
                "keyUsage=critical,keyCertSign,cRLSign",
                "subjectKeyIdentifier=hash",
                "authorityKeyIdentifier=keyid");
        OutsideAuthority beyond = last.below("beyond");
        refused("path_length_exceeded", body("bad", beyond.pem() + last.pem() + root.pem(), beyond.key()));
        for (String form : List.of("2.5.29.14=DER:0400", "2.5.29.14=DER:0441" + "00".repeat(65))) {
            OutsideAuthority odd = root.below(
                    "odd" + form.length(),
                    "basicConstraints=critical,CA:TRUE",
                    "keyUsage=critical,keyCertSign,cRLSign",
                    form);
            refused("not_a_ca", body("bad", odd.pem() + root.pem(), odd.key()));
        }
        String csr = Programs.request(folder, "ec -pkeyopt ec_paramgen_curve:P-256", "/CN=ended");
        String ended = root.signExpired(csr);
        refused("expired", body("bad", ended + root.pem(), Files.readString(folder.resolve("key.pem"))));
        for (String weak : List.of(
                "rsa:1024", "ec -pkeyopt ec_paramgen_curve:secp521r1", "ec -pkeyopt ec_paramgen_curve:secp256k1")) {
            String request = Programs.request(folder, weak, "/CN=weak");
            String certificate = root.sign(request, OutsideAuthority.CA.toArray(String[]::new));
            refused("key_weak", body("bad", certificate + root.pem(), Files.readString(folder.resolve("key.pem"))));
        }
        refusedField("private_key_pem", body("bad", chain, "no key"));
        refusedField("private_key_pem", body("bad", chain, good.pem()));
        refusedField("private_key_pem", body("bad", chain, good.key() + good.key()));
        refusedField(
                "private_key_pem",
                body("bad", chain, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"));
        refusedField(
                "private_key_pem",
                body(
                        "bad",
                        chain,
                        "-----BEGIN PRIVATE KEY-----\n" + "A".repeat(20_000) + "\n-----END PRIVATE KEY-----\n"));
        refusedField("private_key_pem", body("bad", chain, good.key().replace("PRIVATE KEY", "DSA PRIVATE KEY")));
        Files.writeString(folder.resolve("good.key"), good.key());
        Programs.openssl(
                folder,
                "pkcs8",
                "-topk8",
                "-in",
                "good.key",
                "-v1",
                "PBE-SHA1-3DES",
                "-passout",
                "pass:x",
                "-out",
                "old.key");
        refusedField(
                "private_key_pem", body("bad", chain, Files.readString(folder.resolve("old.key")), "password", "x"));
        Programs.openssl(folder, "ec", "-in", "good.key", "-aes256", "-passout", "pass:xxxx", "-out", "headers.key");
        refusedField(
                "private_key_pem",
                body("bad", chain, Files.readString(folder.resolve("headers.key")), "password", "xxxx"));
        Programs.openssl(
                folder,
                "pkcs8",
                "-topk8",
                "-in",
                "good.key",
                "-iter",
                "6000000",
                "-passout",
                "pass:x",
                "-out",
                "slow.key");
        refusedField(
                "private_key_pem", body("bad", chain, Files.readString(folder.resolve("slow.key")), "password", "x"));
        refusedField("last_crl_number", body("bad", chain, good.key(), "last_crl_number", -1));
        refusedField("name", body("Bad Name", chain, good.key()));
        refusedField("certificate_pem", body("bad", good.key(), good.key()));

        bring(body("good", chain, good.key())).expect(201);
        // Under another name it would be the same authority twice.
        ApiClient.Reply twice = bring(body("again", chain, good.key())).expect(409, "conflict");
        assertThat(twice.json().at("/error/details/state").stringValue()).isEqualTo("key_exists");
        assertThat(twice.json().at("/error/details/ca_id").stringValue()).startsWith("ca_");
        ApiClient.Reply taken =
                bring(body("good", other.pem() + root.pem(), other.key())).expect(409, "conflict");
        assertThat(taken.json().at("/error/details/state").stringValue()).isEqualTo("exists");
        ApiClient reader = server.member(owner, TENANT, TENANT, "import-reader", "pki/ca/**", "read", "write");
        reader.post("/v1/pki/ca/import", body("mine", other.pem() + root.pem(), other.key()))
                .expect(403, "access_denied");
    }

    @Test
    void privateKeyAndPassword_areInNoLogAnswerMetricOrRow_andLieSealedLikeOwnOnes() throws Exception {
        ApiClient canary = server.owner("pki-import-canary", "pki-import-canary");
        OutsideAuthority made = OutsideAuthority.root(folder, "canary", 100);
        Programs.openssl(
                folder,
                "pkcs8",
                "-topk8",
                "-in",
                "canary.key",
                "-passout",
                "pass:Canary-password-91c-0123456789ab",
                "-out",
                "locked.key");
        try (PrivateKeyTraces traces = new PrivateKeyTraces()) {
            ApiClient.Reply reply = canary.post(
                            "/v1/pki/ca/import",
                            body(
                                    "canary",
                                    made.pem(),
                                    Files.readString(folder.resolve("locked.key")),
                                    "password",
                                    "Canary-password-91c-0123456789ab"))
                    .expect(201);
            traces.answered(reply.body(), reply.response().headers().map());
            ApiClient.Reply wrong = canary.post(
                            "/v1/pki/ca/import",
                            body(
                                    "canary2",
                                    made.pem(),
                                    Files.readString(folder.resolve("locked.key")),
                                    "password",
                                    "Canary-password-91c-0123456789ab!"))
                    .expect(422);
            traces.answered(wrong.body(), wrong.response().headers().map());
            traces.answered(canary.get("/v1/audit/logs?limit=100").expect(200).body());
            traces.answered(canary.get("/v1/metrics").expect(200).body());
            Map<String, Object> key = Sql.superuser(server)
                    .rows("select key_id, private_key from ca_signing_key where tenant_id = ?", "tnt_pki-import-canary")
                    .getFirst();
            String rows = PrivateKeyTraces.rows(Sql.superuser(server), "canary");
            try (SensitiveBytes pkcs8 = server.opened(
                    "tnt_pki-import-canary",
                    "ptn_pki-import-canary",
                    "ca-signing-key",
                    (String) key.get("key_id"),
                    (byte[]) key.get("private_key"))) {
                byte[] encoded = pkcs8.expose();
                traces.assertNone(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length), rows);
            }
            traces.assertNone("Canary-password-91c-0123456789ab".getBytes(StandardCharsets.US_ASCII), rows);
        }
        canary.post("/v1/keys/tenant/rotate", null).expect(202);
        Sql.superuser(server).awaitKeyJobs("tnt_pki-import-canary");
        String id = canary.get("/v1/pki/ca").expect(200).json().at("/cas/0/id").stringValue();
        canary.post("/v1/pki/ca/" + id + "/crl", null).expect(200);
    }

    @Test
    void whatAnAuthorityHereSigned_isItsChild_andGoesWithIt() throws Exception {
        JsonNode above = bring(body(
                        "above", root.below("above").pem() + root.pem(), Files.readString(shared.resolve("above.key"))))
                .expect(201)
                .json();
        String parent = above.get("id").stringValue();
        OutsideAuthority child = new OutsideAuthority(shared, "above").below("child");
        JsonNode below =
                bring(body("child", child.pem(), child.key())).expect(201).json();
        assertThat(below.get("parent_ca_id").stringValue()).isEqualTo(parent);
        JsonNode listed = owner.get("/v1/pki/certificates?ca_id=" + parent)
                .expect(200)
                .json()
                .get("certificates");
        assertThat(listed.valueStream()
                        .map(each -> each.get("serial_number").stringValue())
                        .toList())
                .contains(below.get("serial_number").stringValue());
        assertThat(issued(below.get("id").stringValue(), "of-child").get("ca_chain"))
                .hasSize(3);
        assertThat(owner.post("/v1/pki/ca/" + parent + "/revoke", Map.of("reason", "ca_compromise"))
                        .expect(200)
                        .json()
                        .get("cas_revoked")
                        .intValue())
                .isEqualTo(2);
        OutsideAuthority late = new OutsideAuthority(shared, "above").below("late");
        // A line of others, as far as this service knows: its issuer does not count here any more.
        bring(body("late", late.pem(), late.key())).expect(422, "validation_error");
    }
}
