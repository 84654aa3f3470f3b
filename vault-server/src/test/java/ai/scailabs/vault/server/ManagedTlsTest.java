package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.server.readiness.StartupRefusal;
import ai.scailabs.vault.server.settings.InvalidSettings;
import ai.scailabs.vault.testkit.TestAuthority;
import ai.scailabs.vault.testkit.TestAuthority.Issued;
import ai.scailabs.vault.testkit.UnfilteredDataSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The port shows a certificate that is ordered or issued here, and what comes after it. One instance manages certificates, by plain HTTP; others show them. */
class ManagedTlsTest {
    private static final String NAME = "managed-tls";
    private static final String TENANT = "tnt_" + NAME;
    private static final TestAuthority CLIENTS = new TestAuthority("clients");
    private static final TestAuthority FILES = new TestAuthority("files");

    private static RunningServer server;
    private static Sql superuser;
    private static ApiClient owner;
    private static X509Certificate root;
    private static String ending;

    @BeforeAll
    static void prepare() {
        server = RunningServer.start();
        superuser = Sql.superuser(server);
        owner = server.owner(NAME, NAME);
        String rootId = PkiRoleApiTest.root(owner, "tls-root");
        root = certificate(owner.get("/v1/pki/ca/" + rootId + "/certificate")
                .expect(200)
                .json()
                .get("certificate_pem")
                .stringValue());
        String issuing = intermediate("tls-issuing", rootId);
        role("serves", issuing, true, "server_auth");
        role("forgets", issuing, false, "server_auth");
        role("clients", issuing, true, "client_auth");
        ending = intermediate("tls-ending", rootId);
        role("ends", ending, true, "server_auth");
        role("renews", issuing, true, "server_auth");
        owner.patch("/v1/pki/roles/renews", Map.of("auto_renew", true)).expect(200);
        role("quantum", PkiRoleApiTest.root(owner, "tls-quantum"), true, "server_auth", "ml-dsa-65");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String intermediate(String name, String parent) {
        return owner.post(
                        "/v1/pki/ca",
                        Map.of(
                                "name",
                                name,
                                "common_name",
                                name,
                                "ca_type",
                                "intermediate",
                                "key_type",
                                "ec",
                                "parent_ca_id",
                                parent))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
    }

    private static void role(String name, String authority, boolean kept, String usage, String... keyType) {
        Map<String, Object> body = new HashMap<>(Map.of(
                "name",
                name,
                "ca_id",
                authority,
                "allowed_domains",
                List.of("*.internal"),
                "store_private_keys",
                kept,
                "ext_key_usage",
                List.of(usage)));
        if (keyType.length > 0) {
            body.put("key_type", keyType[0]);
        }
        owner.post("/v1/pki/roles", body).expect(201);
    }

    private static JsonNode issued(String role) {
        return owner.post("/v1/pki/issue/" + role, Map.of("common_name", "vault.internal", "ttl", "1h"))
                .expect(201)
                .json();
    }

    private static String id(JsonNode issued) {
        return issued.get("id").stringValue();
    }

    private static Map<String, Object> serialOf(JsonNode issued) {
        return Map.of("serial_number", issued.get("serial_number").stringValue());
    }

    private static Map<String, Object> hold(JsonNode issued) {
        return Map.of("serial_number", issued.get("serial_number").stringValue(), "reason", "certificate_hold");
    }

    private static Map<String, String> settings(String certificate, String... more) {
        Map<String, String> settings = new HashMap<>(Map.of("TLS_MANAGED_CERTIFICATE", certificate));
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return settings;
    }

    /** Shows the certificate; every other setting as the instance that manages it. */
    private static RunningServer showing(String certificate, String... more) {
        return server.another(settings(certificate, more), UnaryOperator.identity());
    }

    private static void refused(String problem, String certificate, String... more) {
        assertThatThrownBy(() -> showing(certificate, more).close())
                .isInstanceOf(StartupRefusal.class)
                .hasMessageContaining("TLS_MANAGED_CERTIFICATE cannot be served: the managed certificate " + problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cert_01K9Z6F3V4M8Q2T7B5N1C0D9XE",
                "tnt_a/",
                "tnt_a/cert_1",
                "tnt_a/ord_01K9Z6F3V4M8Q2T7B5N1C0D9XE",
                "ptn_a/cert_01K9Z6F3V4M8Q2T7B5N1C0D9XE",
                "tnt_a/cert_01K9Z6F3V4M8Q2T7B5N1C0D9XE/1",
                "tnt_a/../tnt_b/cert_01K9Z6F3V4M8Q2T7B5N1C0D9XE"
            })
    void malformedSetting_isRefusedByItsName(String value) {
        assertThatThrownBy(() -> showing(value).close())
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining("TLS_MANAGED_CERTIFICATE")
                .hasMessageNotContaining(value);
    }

    @Test
    void certificateThatCannotBeShown_isNotWaitedForWithoutTls() throws Exception {
        JsonNode good = issued("serves");
        refused("is not there", TENANT + "/cert_01K9Z6F3V4M8Q2T7B5N1C0D9XE");
        server.owner("managed-else", "managed-else").get("/v1/pki/roles").expect(200);
        refused("is not there", "tnt_managed-else/" + id(good));
        // The database holds that, too, where statements name no tenant.
        assertThatThrownBy(() -> server.another(settings("tnt_managed-else/" + id(good)), UnfilteredDataSource::new)
                        .close())
                .isInstanceOf(StartupRefusal.class)
                .hasMessageContaining("is not there");
        refused("is not there", "tnt_nobody-knows/" + id(good));
        refused("has no key here", TENANT + "/" + id(issued("forgets")));
        refused("is not for servers", TENANT + "/" + id(issued("clients")));
        refused("has a key of a kind that TLS is not spoken by", TENANT + "/" + id(issued("quantum")));

        JsonNode revoked = issued("serves");
        owner.post("/v1/pki/revoke", serialOf(revoked)).expect(200);
        refused("is revoked", TENANT + "/" + id(revoked));

        JsonNode below = issued("ends");
        owner.post("/v1/pki/ca/" + ending + "/revoke", Map.of("reason", "ca_compromise"))
                .expect(200);
        refused("is revoked", TENANT + "/" + id(below));

        JsonNode over = issued("serves");
        superuser.update(
                "update certificate set not_before = now() - interval '2 hours', not_after = now() - interval '1 hour' where tenant_id = ? and certificate_id = ?",
                TENANT,
                uuid(over));
        refused("expired at", TENANT + "/" + id(over));

        JsonNode early = issued("serves");
        superuser.update(
                "update certificate set not_before = now() + interval '1 hour' where tenant_id = ? and certificate_id = ?",
                TENANT,
                uuid(early));
        refused("does not count before", TENANT + "/" + id(early));

        JsonNode other = issued("serves");
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        superuser.update(
                "update certificate_key set private_key = ? where tenant_id = ? and key_id = ?",
                server.sealed(
                        TENANT,
                        "ptn_" + NAME,
                        "certificate-key",
                        id(other),
                        generator.generateKeyPair().getPrivate().getEncoded()),
                TENANT,
                id(other));
        refused("does not belong to the key that is kept of it", TENANT + "/" + id(other));

        JsonNode moved = issued("serves");
        superuser.update(
                "update certificate_key k set private_key = o.private_key from certificate_key o where o.tenant_id = k.tenant_id and k.key_id = ? and o.key_id = ?",
                id(moved),
                id(good));
        refused("cannot be read: integrity_failure", TENANT + "/" + id(moved));

        // A client's certificate is nothing to show, nor is it a reason to begin without one.
        assertThatThrownBy(() -> server.another(
                                Map.of("TLS_CLIENT_CA_FILE", "/nowhere", "BIND_ADDRESS", "127.0.0.1:0"),
                                UnaryOperator.identity())
                        .close())
                .isInstanceOf(InvalidSettings.class)
                .hasMessageContaining(
                        "TLS_CLIENT_CA_FILE needs TLS_CERT_FILE and TLS_KEY_FILE, or TLS_MANAGED_CERTIFICATE");
    }

    private static UUID uuid(JsonNode issued) {
        return Ids.uuid("cert_", id(issued)).orElseThrow();
    }

    @Test
    void issuedCertificate_isShownWithItsChain_andItsTenantsLogSaysSo() throws Exception {
        JsonNode issued = issued("serves");
        try (RunningServer shows = showing(TENANT + "/" + id(issued))) {
            try (SecureConnection connection = SecureConnection.open(shows.port(), root, null)) {
                assertThat(connection.chain())
                        .hasSize(2)
                        .startsWith(certificate(issued.get("certificate").stringValue()));
                assertThat(connection.get("/v1/health/ready"))
                        .contains("HTTP/1.1 200", "\"tls_certificate\":\"ok\"", "Strict-Transport-Security");
            }
            // Nothing is said without TLS but that it is missing.
            try (Socket plain = new Socket("127.0.0.1", shows.port())) {
                plain.getOutputStream()
                        .write("GET /v1/version HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(plain.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .startsWith("HTTP/1.1 400");
            }
        }
        List<Map<String, Object>> rows = superuser.rows(
                "select identity_id, action, success, extra_data ->> 'used_for' as used_for, extra_data ->> 'serial_number' as serial from audit_log"
                        + " where tenant_id = ? and secret_path = ? and identity_id like 'system:%'",
                TENANT, id(issued));
        assertThat(rows)
                .containsExactly(Map.of(
                        "identity_id",
                        "system:tls",
                        "action",
                        "pki_key_read",
                        "success",
                        true,
                        "used_for",
                        "tls",
                        "serial",
                        issued.get("serial_number").stringValue()));
    }

    @Test
    void renewal_isShownToNewConnections_andOpenOnesStay(@TempDir Path folder) throws Exception {
        String order = Pebbles.ordered(
                owner, Pebbles.order(Pebbles.register(owner, Pebbles.believing()), "http-01", "vault.example.test"));
        String certificate = Pebbles.valid(owner, order).get("certificate_id").stringValue();
        X509Certificate above = above(order);
        Path clients = TestAuthority.write(folder.resolve("clients.crt"), CLIENTS.certificate());
        Issued client = CLIENTS.client("good");
        try (RunningServer shows = showing(TENANT + "/" + certificate, "TLS_CLIENT_CA_FILE", clients.toString());
                PrivateKeyTraces traces = new PrivateKeyTraces();
                SecureConnection old = SecureConnection.open(shows.port(), above, client)) {
            assertThat(leaf(shows, above, client)).isEqualTo(leaf(order));
            assertThat(leaf(shows, above, null))
                    .as("without a client's certificate")
                    .isNull();
            assertThat(leaf(shows, above, new TestAuthority("clients").client("good")))
                    .as("with a foreign one")
                    .isNull();

            Pebbles.valid(
                    owner,
                    owner.post("/v1/pki/acme/orders/" + order + "/renew", null)
                            .expect(202)
                            .json()
                            .get("id")
                            .stringValue());
            X509Certificate renewed = leaf(order);
            assertThat(renewed).isNotEqualTo(old.chain().getFirst());
            X509Certificate aboveRenewed = above(order);
            awaitThat(() -> renewed.equals(leaf(shows, aboveRenewed, client)));
            assertThat(leaf(shows, aboveRenewed, null))
                    .as("without a client's certificate")
                    .isNull();
            assertThat(old.get("/v1/health")).contains("HTTP/1.1 200");

            traces.assertTold("TLS shows version 2 of " + certificate + ": names vault.example.test");
            byte[] key = scalar(owner.post("/v1/pki/acme/orders/" + order + "/export", Map.of("format", "pem"))
                    .expect(200)
                    .json()
                    .get("private_key")
                    .stringValue());
            traces.answered(owner.get("/v1/metrics").expect(200).body(), old.get("/v1/health/ready"));
            traces.assertNone(key, PrivateKeyTraces.rows(superuser, certificate));
        }
        assertThat(superuser.value(
                        "select count(*) from audit_log where tenant_id = ? and secret_path = ? and action = 'pki_acme_key_read' and identity_id = 'system:tls'",
                        TENANT,
                        certificate))
                .as("one entry for each version")
                .isEqualTo(2L);
    }

    @Test
    void certificateOfARoleThatRenews_givesWayToItsNewest_underTheNameOfTheFirst() throws Exception {
        JsonNode first = issued("renews");
        try (RunningServer shows = showing(TENANT + "/" + id(first));
                SecureConnection old = SecureConnection.open(shows.port(), root, null)) {
            assertThat(old.chain())
                    .startsWith(certificate(first.get("certificate").stringValue()));
            superuser.update(
                    "update certificate_renewal set due_at = now() where tenant_id = ? and due_at is not null", TENANT);
            X509Certificate before = old.chain().getFirst();
            awaitThat(() -> !before.equals(leaf(shows, root, null)));
            String newest = owner.get("/v1/pki/certificates/" + id(first) + "/pem?newest=true")
                    .expect(200)
                    .body();
            assertThat(leaf(shows, root, null)).isEqualTo(certificate(newest));
            assertThat(old.get("/v1/health")).contains("HTTP/1.1 200");
        }
    }

    @Test
    void newerOneThatDoesNotCount_leavesWhatIsShown_andIsTold() throws Exception {
        JsonNode issued = issued("serves");
        try (RunningServer shows = showing(TENANT + "/" + id(issued))) {
            X509Certificate shown = leaf(shows, root, null);
            owner.post("/v1/pki/revoke", hold(issued)).expect(200);
            awaitThat(() -> ready(shows, root).contains("\"tls_certificate\":\"error\""));
            assertThat(ready(shows, root))
                    .contains("HTTP/1.1 200", "the managed certificate is revoked, or on hold")
                    .doesNotContain(TENANT, id(issued));
            assertThat(leaf(shows, root, null)).isEqualTo(shown);
            owner.post("/v1/pki/release", serialOf(issued)).expect(200);
            awaitThat(() -> ready(shows, root).contains("\"tls_certificate\":\"ok\""));
        }
    }

    @Test
    void files_areShownUntilTheManagedOneCanBe(@TempDir Path folder) throws Exception {
        JsonNode issued = issued("serves");
        owner.post("/v1/pki/revoke", hold(issued)).expect(200);
        Issued first = FILES.server("first");
        try (RunningServer shows = showing(
                TENANT + "/" + id(issued),
                "TLS_CERT_FILE",
                TestAuthority.write(folder.resolve("tls.crt"), first.certificate())
                        .toString(),
                "TLS_KEY_FILE",
                TestAuthority.write(folder.resolve("tls.key"), first.key()).toString())) {
            assertThat(leaf(shows, FILES.certificate(), null)).isEqualTo(first.certificate());
            assertThat(ready(shows, FILES.certificate())).contains("HTTP/1.1 200", "\"tls_certificate\":\"error\"");

            owner.post("/v1/pki/release", serialOf(issued)).expect(200);
            X509Certificate managed = certificate(issued.get("certificate").stringValue());
            awaitThat(() -> managed.equals(leaf(shows, root, null)));
            // What the files hold counts no more.
            Issued next = FILES.server("second");
            TestAuthority.write(folder.resolve("tls.key"), next.key());
            TestAuthority.write(folder.resolve("tls.crt"), next.certificate());
            awaitThat(() -> ready(shows, root).contains("\"tls_certificate\":\"ok\""));
            assertThat(leaf(shows, root, null)).isEqualTo(managed);
        }
    }

    /** Null when there was no connection. */
    private static @Nullable X509Certificate leaf(
            RunningServer shows, X509Certificate trusted, @Nullable Issued client) {
        try (SecureConnection connection = SecureConnection.open(shows.port(), trusted, client)) {
            connection.get("/v1/health");
            return connection.chain().getFirst();
        } catch (IOException refused) {
            return null;
        }
    }

    private static String ready(RunningServer shows, X509Certificate trusted) {
        try (SecureConnection connection = SecureConnection.open(shows.port(), trusted, null)) {
            return connection.get("/v1/health/ready");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode chain(String order) {
        return owner.get("/v1/pki/acme/orders/" + order + "/certificate")
                .expect(200)
                .json();
    }

    private static X509Certificate leaf(String order) {
        return certificate(chain(order).get("certificate").stringValue());
    }

    private static X509Certificate above(String order) {
        return certificate(chain(order).get("ca_chain").get(0).stringValue());
    }

    private static X509Certificate certificate(String pem) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] scalar(String pem) {
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        int scalar = HexFormat.of().formatHex(der).indexOf("0420", 50) / 2 + 2;
        return Arrays.copyOfRange(der, scalar, scalar + 32);
    }

    /** Every instance looks again and again. */
    private static void awaitThat(Condition condition) {
        long begin = System.nanoTime();
        while (!condition.holds()) {
            assertThat(System.nanoTime() - begin).as("still not so").isLessThan(TimeUnit.SECONDS.toNanos(30));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
    }

    private interface Condition {
        boolean holds();
    }
}
