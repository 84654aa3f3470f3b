package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Roots whose keys leave: nothing is lost with an answer, nothing stays here, and what they sign elsewhere comes back. */
class OfflineAuthorityTest {
    private static final String TENANT = "pki-offline";
    private static final String PASSWORD = "a password for decades";

    private static RunningServer server;
    private static ApiClient owner;

    @TempDir
    private Path folder;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner(TENANT, TENANT);
    }

    private static JsonNode root(String name) {
        return made(Map.of("name", name, "common_name", "Root " + name, "ca_type", "root", "key_type", "ec"));
    }

    private static JsonNode below(String name, String parent) {
        return made(Map.of(
                "name",
                name,
                "common_name",
                "CA " + name,
                "ca_type",
                "intermediate",
                "parent_ca_id",
                parent,
                "key_type",
                "ec",
                "validity_days",
                300));
    }

    private static JsonNode made(Map<String, Object> body) {
        return owner.post("/v1/pki/ca", body).expect(201).json();
    }

    private static String id(JsonNode shown) {
        return shown.get("id").stringValue();
    }

    private static JsonNode leave(String authority) {
        return owner.post("/v1/pki/ca/" + authority + "/offline", Map.of("password", PASSWORD))
                .expect(200)
                .json();
    }

    private static ApiClient.Reply confirm(String authority, JsonNode backup) {
        return owner.post(
                "/v1/pki/ca/" + authority + "/offline/confirm",
                Map.of("backup_sha256", backup.get("backup_sha256").stringValue()));
    }

    private static JsonNode shown(String authority) {
        return owner.get("/v1/pki/ca/" + authority).expect(200).json();
    }

    private static void stateOf(ApiClient.Reply reply, String state) {
        assertThat(reply.expect(409, "conflict")
                        .json()
                        .at("/error/details/state")
                        .stringValue())
                .isEqualTo(state);
    }

    private static String problem(ApiClient.Reply reply, String field) {
        return reply.expect(422, "validation_error")
                .json()
                .at("/error/details/fields/" + field)
                .stringValue();
    }

    private static ApiClient.Reply bring(String authority, String crl) {
        return owner.put("/v1/pki/ca/" + authority + "/crl", Map.of("crl_pem", crl));
    }

    /** As whoever keeps the backup has it. */
    private OutsideAuthority kept(String authority, JsonNode backup) throws Exception {
        Files.writeString(
                folder.resolve("backup.pem"),
                backup.get("encrypted_private_keys").stringValue());
        Programs.openssl(folder, "pkey", "-in", "backup.pem", "-passin", "pass:" + PASSWORD, "-out", "root.key");
        Files.writeString(
                folder.resolve("root.pem"),
                owner.get("/v1/pki/ca/" + authority + "/certificate")
                        .expect(200)
                        .json()
                        .get("certificate_pem")
                        .stringValue());
        return new OutsideAuthority(folder, "root");
    }

    /** By OpenSSL, of certificates with these numbers. */
    private String crl(long number, String... serials) throws Exception {
        StringBuilder index = new StringBuilder();
        for (String serial : serials) {
            index.append("R\t470101000000Z\t260101000000Z\t")
                    .append(serial.replace(":", "").toUpperCase(Locale.ROOT))
                    .append("\tunknown\t/CN=x\n");
        }
        Files.writeString(folder.resolve("index.txt"), index);
        String digits = Long.toHexString(number);
        Files.writeString(folder.resolve("crlnumber"), (digits.length() % 2 == 0 ? "" : "0") + digits + "\n");
        Files.writeString(folder.resolve("ca.cnf"), """
                [ca]
                default_ca = here
                [here]
                database = index.txt
                crlnumber = crlnumber
                default_md = sha256
                default_crl_days = 90
                crl_extensions = crl
                [crl]
                authorityKeyIdentifier = keyid
                """);
        Programs.openssl(
                folder,
                "ca",
                "-config",
                "ca.cnf",
                "-gencrl",
                "-keyfile",
                "root.key",
                "-cert",
                "root.pem",
                "-out",
                "root.crl");
        return Files.readString(folder.resolve("root.crl"));
    }

    @Test
    void backupThatDidNotArrive_losesNoKey_andOneThatDidIsTheLastThereIs() throws Exception {
        String id = id(root("leaving"));
        assertThat(problem(owner.post("/v1/pki/ca/" + id + "/offline", Map.of()), "password"))
                .contains("16 to 128");
        assertThat(problem(owner.post("/v1/pki/ca/" + id + "/offline", Map.of("password", "too short")), "password"))
                .doesNotContain("too short");
        assertThat(shown(id).get("status").stringValue()).isEqualTo("active");
        stateOf(
                owner.post("/v1/pki/ca/" + id + "/offline/confirm", Map.of("backup_sha256", "00".repeat(32))),
                "active");

        JsonNode lost = leave(id);
        assertThat(shown(id).get("status").stringValue()).isEqualTo("offline");
        assertThat(shown(id).get("key_destroyed_at").isNull()).isTrue();
        stateOf(
                owner.post(
                        "/v1/pki/ca",
                        Map.of(
                                "name",
                                "too-late",
                                "common_name",
                                "Too late",
                                "ca_type",
                                "intermediate",
                                "parent_ca_id",
                                id,
                                "key_type",
                                "ec")),
                "offline");
        stateOf(owner.post("/v1/pki/ca/" + id + "/enable", null), "offline");
        stateOf(owner.post("/v1/pki/ca/" + id + "/rotate", Map.of()), "offline");
        owner.post("/v1/pki/ca/" + id + "/crl", null).expect(200);

        JsonNode arrived = leave(id);
        assertThat(problem(confirm(id, lost), "backup_sha256")).contains("last backup");
        assertThat(problem(
                        owner.post("/v1/pki/ca/" + id + "/offline/confirm", Map.of("backup_sha256", "zz")),
                        "backup_sha256"))
                .contains("hexadecimal");
        assertThat(signingKeys(id)).isEqualTo(1);
        String file = arrived.get("encrypted_private_keys").stringValue();
        assertThat(HexFormat.of()
                        .formatHex(
                                MessageDigest.getInstance("SHA-256").digest(file.getBytes(StandardCharsets.US_ASCII))))
                .isEqualTo(arrived.get("backup_sha256").stringValue());

        JsonNode list = confirm(id, arrived).expect(200).json().get("crls").get(0);
        assertThat(Instant.parse(list.get("next_update").stringValue()))
                .isAfter(Instant.now().plus(Duration.ofDays(364)));
        assertThat(signingKeys(id)).isZero();
        assertThat(shown(id).get("key_destroyed_at").isNull()).isFalse();
        stateOf(confirm(id, arrived), "offline");
        stateOf(owner.post("/v1/pki/ca/" + id + "/offline", Map.of("password", PASSWORD)), "offline");
        stateOf(owner.post("/v1/pki/ca/" + id + "/crl", null), "offline");
        assertThat(published(id)).contains("X509 CRL");
        owner.get("/v1/pki/ca/" + id + "/crl/delta").expect(404, "not_found");

        // Somewhere else the backup is an authority again.
        kept(id, arrived);
        server.owner(TENANT + "-safe", TENANT + "-safe")
                .post(
                        "/v1/pki/ca/import",
                        Map.of(
                                "name",
                                "restored",
                                "certificate_pem",
                                Files.readString(folder.resolve("root.pem")),
                                "private_key_pem",
                                file,
                                "password",
                                PASSWORD))
                .expect(201);
    }

    private static String published(String authority) {
        return new ApiClient(server.port(), null)
                .get("/v1/pki/ca/" + authority + "/crl", "Accept", "application/x-pem-file")
                .expect(200)
                .body();
    }

    private static int signingKeys(String authority) {
        return Sql.superuser(server)
                .rows(
                        "select from ca_generation g join ca_signing_key k on k.tenant_id = g.tenant_id and k.key_id = g.key_id where g.ca_id = ?",
                        CertificateAuthority.parseId(authority).orElseThrow())
                .size();
    }

    @Test
    void whatIsSignedElsewhere_comesBack_andListsMustAgree() throws Exception {
        String id = id(root("ceremony"));
        JsonNode child = below("before", id);
        JsonNode backup = leave(id);
        JsonNode last = confirm(id, backup).expect(200).json().get("crls").get(0);
        long number = last.get("crl_number").longValue();
        OutsideAuthority root = kept(id, backup);

        // A request is signed where the key is, and the authority is a child of the root here.
        JsonNode pending = made(Map.of(
                "name",
                "after",
                "common_name",
                "CA after",
                "ca_type",
                "intermediate",
                "signed_by",
                "external",
                "key_type",
                "ec"));
        String csr = owner.get("/v1/pki/ca/" + id(pending) + "/csr")
                .expect(200)
                .json()
                .get("csr_pem")
                .stringValue();
        JsonNode certified = owner.post(
                        "/v1/pki/ca/" + id(pending) + "/certificate", Map.of("certificate_pem", root.sign(csr)))
                .expect(200)
                .json();
        assertThat(certified.get("parent_ca_id").stringValue()).isEqualTo(id);
        assertThat(certified.get("status").stringValue()).isEqualTo("active");
        // So does a child from before, when it gets a new key.
        JsonNode rotated = owner.post("/v1/pki/ca/" + id(child) + "/rotate", Map.of())
                .expect(200)
                .json();
        assertThat(rotated.get("csr_pending").booleanValue()).isTrue();

        owner.post("/v1/pki/ca/" + id(child) + "/revoke", Map.of("reason", "key_compromise"))
                .expect(200);
        String serial = child.get("serial_number").stringValue();
        String other = certified.get("serial_number").stringValue();
        ApiClient.Reply silent = bring(id, crl(number + 1));
        assertThat(problem(silent, "crl_pem")).contains("does not name");
        assertThat(silent.json().at("/error/details/serial_numbers/0").stringValue())
                .isEqualTo(serial);
        ApiClient.Reply ahead = bring(id, crl(number + 1, serial, other));
        assertThat(problem(ahead, "crl_pem")).contains("revoke them first");
        assertThat(ahead.json().at("/error/details/serial_numbers/0").stringValue())
                .isEqualTo(other);
        assertThat(problem(bring(id, crl(number, serial)), "crl_pem")).contains("old CRL number");
        assertThat(problem(bring(id, crl(number + 1, serial).replace("X509 CRL", "CERTIFICATE")), "crl_pem"))
                .contains("one CRL");
        assertThat(published(id)).isNotEqualTo(Files.readString(folder.resolve("root.crl")));

        // A number that is nobody's here may be of a certificate that was made where the key is.
        JsonNode brought =
                bring(id, crl(number + 1, serial, "7F01")).expect(200).json();
        assertThat(brought.get("entries").intValue()).isEqualTo(2);
        assertThat(brought.get("crl_number").longValue()).isEqualTo(number + 1);
        assertThat(published(id)).isEqualTo(Files.readString(folder.resolve("root.crl")));
        assertThat(problem(bring(id, crl(number + 1, serial)), "crl_pem")).contains("old CRL number");

        OutsideAuthority.root(folder, "root", 30);
        assertThat(problem(bring(id, crl(number + 2, serial)), "crl_pem")).contains("not signed");
    }

    private static int holder(Statement statement) throws SQLException {
        try (ResultSet results = statement.executeQuery("select pg_backend_pid()")) {
            results.next();
            return results.getInt(1);
        }
    }

    /** No list would ever tell of it: the key is gone. */
    @Test
    void revokedWhileTheLastListIsMade_isOnIt_orNothingIsDone() throws Exception {
        String id = id(root("raced"));
        owner.post(
                        "/v1/pki/roles",
                        Map.of(
                                "name",
                                "of-raced",
                                "ca_id",
                                id,
                                "allowed_domains",
                                List.of("raced.test"),
                                "allow_bare_domains",
                                true))
                .expect(201);
        String serial = owner.post("/v1/pki/issue/of-raced", Map.of("common_name", "raced.test", "ttl", "1h"))
                .expect(201)
                .json()
                .get("serial_number")
                .stringValue();
        JsonNode backup = leave(id);
        ApiClient.Reply raced;
        try (Connection other = server.database().superuser().dataSource().getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select from tenant where tenant_id = 'tnt_" + TENANT + "' for no key update");
            int holder = holder(statement);
            CompletableFuture<ApiClient.Reply> confirmed = CompletableFuture.supplyAsync(() -> confirm(id, backup));
            // The list is signed by then, and about to be published.
            Sql.superuser(server)
                    .awaitRows("select from pg_stat_activity where " + holder + " = any(pg_blocking_pids(pid))");
            owner.post("/v1/pki/revoke", Map.of("serial_number", serial, "reason", "key_compromise"))
                    .expect(200);
            other.rollback();
            raced = confirmed.get(1, TimeUnit.MINUTES);
        }
        raced.expect(503, "service_unavailable");
        assertThat(signingKeys(id)).isEqualTo(1);
        assertThat(shown(id).get("key_destroyed_at").isNull()).isTrue();
        ApiClient.Reply again = confirm(id, backup);
        for (int attempt = 0; again.status() == 409 && attempt < 20; attempt++) {
            again = confirm(id, backup);
        }
        assertThat(again.expect(200).json().at("/crls/0/entries").intValue()).isEqualTo(1);
    }

    @Test
    void authorityWithItsKeysHere_makesItsListsItself() {
        String id = id(root("staying"));

        stateOf(bring(id, "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"), "active");
    }

    @Test
    void authorityThatWaitsForACertificate_doesNotLeave() {
        String pending = id(made(Map.of(
                "name",
                "waits",
                "common_name",
                "CA waits",
                "ca_type",
                "intermediate",
                "signed_by",
                "external",
                "key_type",
                "ec")));

        stateOf(owner.post("/v1/pki/ca/" + pending + "/offline", Map.of("password", PASSWORD)), "pending");
        stateOf(
                owner.post("/v1/pki/ca/" + pending + "/offline/confirm", Map.of("backup_sha256", "00".repeat(32))),
                "pending");
    }
}
