package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Private keys that roles keep: who gets them, and that they go the way of their tenant's key. */
class KeptKeysTest {
    private static final String NAME = "kept-keys";

    private static RunningServer server;
    private static Sql superuser;
    private static ApiClient owner;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        superuser = Sql.superuser(server);
        owner = tenant(NAME);
    }

    private static ApiClient tenant(String name) {
        ApiClient client = server.owner(name, name);
        String authority = PkiRoleApiTest.root(client, "kept-root");
        for (boolean kept : List.of(true, false)) {
            client.post(
                            "/v1/pki/roles",
                            Map.of(
                                    "name",
                                    kept ? "keeps" : "forgets",
                                    "ca_id",
                                    authority,
                                    "allowed_domains",
                                    List.of("*.internal"),
                                    "store_private_keys",
                                    kept))
                    .expect(201);
        }
        return client;
    }

    private static JsonNode issued(ApiClient by, String role) {
        return by.post(
                        "/v1/pki/issue/" + role,
                        Map.of("common_name", "a.internal", "ttl", "1h", "private_key_format", "pkcs8"))
                .expect(201)
                .json();
    }

    private static String uri(JsonNode issued) {
        return "/v1/pki/certificates/" + issued.get("id").stringValue() + "/private-key";
    }

    @Test
    void keyThatIsKept_isGivenToWhoHasARuleForIt_andToNobodyElse() {
        JsonNode kept = issued(owner, "keeps");
        String requestId = AuditRow.newRequestId();
        JsonNode read =
                owner.get(uri(kept), "X-Request-ID", requestId).expect(200).json();
        assertThat(read.get("private_key")).isEqualTo(kept.get("private_key"));
        assertThat(read.get("private_key_type").stringValue()).isEqualTo("ec");
        AuditRow row = AuditRow.of(server, requestId).getFirst();
        assertThat(row.text("action")).isEqualTo("pki_key_read");
        assertThat(row.text("secret_path")).isEqualTo(kept.get("id").stringValue());

        server.owner("kept-else", "kept-else").get(uri(kept)).expect(404, "certificate_not_found");
        // A role manages the tenant and opens nothing.
        server.client(server.token(NAME, NAME)
                        .user("boss@kept.test")
                        .role("tenant_admin")
                        .sign())
                .get(uri(kept))
                .expect(403, "access_denied");
        server.client(server.token(NAME, NAME)
                        .user("owner@kept-keys.test")
                        .scope("pki:issue")
                        .sign())
                .get(uri(kept))
                .expect(403, "insufficient_scope");
        server.member(owner, NAME, NAME, "kept-reader", "pki/roles/keeps", "read", "write")
                .get(uri(kept))
                .expect(403, "access_denied");
        server.member(owner, NAME, NAME, "kept-other", "pki/roles/forgets", "admin")
                .get(uri(kept))
                .expect(403, "access_denied");
        server.member(owner, NAME, NAME, "kept-admin", "pki/roles/keeps", "admin")
                .get(uri(kept))
                .expect(200);
    }

    @Test
    void keyThatIsNotKept_isNowhere() {
        JsonNode forgotten = issued(owner, "forgets");
        owner.get(uri(forgotten)).expect(404, "certificate_not_found");
        assertThat(superuser.value(
                        "select count(*) from certificate_key where key_id = ?",
                        forgotten.get("id").stringValue()))
                .isEqualTo(0L);
        owner.get("/v1/pki/certificates/cert_01K9Z6F3V4M8Q2T7B5N1C0D9XE/private-key")
                .expect(404, "certificate_not_found");
        owner.get("/v1/pki/certificates/x/private-key").expect(404, "certificate_not_found");
    }

    @Test
    void rotation_reachesTheKeys_andTheyOpenStill() {
        ApiClient rotated = tenant("kept-rotated");
        JsonNode kept = issued(rotated, "keeps");
        byte[] before = sealed("tnt_kept-rotated");
        rotated.post("/v1/keys/tenant/rotate", null).expect(202);
        superuser.awaitKeyJobs("tnt_kept-rotated");
        assertThat(sealed("tnt_kept-rotated")).isNotEqualTo(before);
        JsonNode generations = rotated.get("/v1/keys").expect(200).json().at("/tenant/generations");
        assertThat(generations.get(0).at("/rows/certificate_keys").intValue()).isEqualTo(1);
        assertThat(generations.get(1).at("/rows/certificate_keys").intValue()).isZero();
        assertThat(rotated.get(uri(kept)).expect(200).json().get("private_key")).isEqualTo(kept.get("private_key"));
    }

    private static byte[] sealed(String tenant) {
        return (byte[]) superuser.value("select private_key from certificate_key where tenant_id = ?", tenant);
    }

    @Test
    void keyThatWasMoved_opensForNoOtherCertificate() {
        ApiClient moved = tenant("kept-moved");
        JsonNode one = issued(moved, "keeps");
        JsonNode two = issued(moved, "keeps");
        superuser.update(
                "update certificate_key k set private_key = o.private_key from certificate_key o where o.tenant_id = k.tenant_id and k.key_id = ? and o.key_id = ?",
                one.get("id").stringValue(),
                two.get("id").stringValue());
        moved.get(uri(one)).expect(500, "integrity_failure");
        moved.get(uri(two)).expect(200);
    }

    @Test
    void keyThatIsKept_isInNoRowInTheClear() {
        JsonNode kept = issued(owner, "keeps");
        byte[] der = Base64.getMimeDecoder()
                .decode(kept.get("private_key").stringValue().replaceAll("-----[A-Z ]+-----", ""));
        byte[] scalar = Arrays.copyOfRange(der, der.length - 32, der.length);
        for (Map<String, Object> row : superuser.rows("select private_key from certificate_key")) {
            String stored = java.util.HexFormat.of().formatHex((byte[]) row.get("private_key"));
            assertThat(stored).doesNotContain(java.util.HexFormat.of().formatHex(scalar));
        }
    }
}
