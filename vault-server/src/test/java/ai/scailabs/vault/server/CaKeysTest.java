package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.security.KeyFactory;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.Map;
import org.bouncycastle.util.BigIntegers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Where the private keys of certificate authorities are, and where they are not; and that they go the way of their tenant's key. */
@Timeout(120)
class CaKeysTest {
    private static final String PURPOSE = "ca-signing-key";

    private static RunningServer server;
    private static Sql superuser;

    @BeforeAll
    static void start() {
        server = RunningServer.start();
        superuser = Sql.superuser(server);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static JsonNode created(ApiClient owner, String name, String parent) {
        Map<String, Object> root =
                Map.of("name", name, "common_name", "CA " + name, "ca_type", "root", "key_type", "ec");
        Map<String, Object> below = Map.of(
                "name",
                name,
                "common_name",
                "CA " + name,
                "ca_type",
                "intermediate",
                "key_type",
                "ec",
                "parent_ca_id",
                parent);
        return owner.post("/v1/pki/ca", parent.isEmpty() ? root : below)
                .expect(201)
                .json();
    }

    private static List<Map<String, Object>> keys(String tenant) {
        return superuser.rows(
                "select key_id, private_key from ca_signing_key where tenant_id = ? order by key_id", tenant);
    }

    private static SensitiveBytes opened(String tenant, String partner, Map<String, Object> key) {
        return server.opened(tenant, partner, PURPOSE, (String) key.get("key_id"), (byte[]) key.get("private_key"));
    }

    @Test
    void rotation_reachesTheKeys_andTheyGoOnSigning() {
        ApiClient owner = server.owner("ca-rotated", "ca-rotated");
        String root = created(owner, "root", "").get("id").stringValue();
        byte[] before = (byte[]) keys("tnt_ca-rotated").getFirst().get("private_key");

        owner.post("/v1/keys/tenant/rotate", null).expect(202);
        superuser.awaitKeyJobs("tnt_ca-rotated");

        byte[] after = (byte[]) keys("tnt_ca-rotated").getFirst().get("private_key");
        assertThat(after).isNotEqualTo(before);
        JsonNode generations = owner.get("/v1/keys").expect(200).json().at("/tenant/generations");
        assertThat(generations.get(0).at("/rows/ca_keys").intValue()).isEqualTo(1);
        assertThat(generations.get(1).at("/rows/ca_keys").intValue()).isZero();
        created(owner, "below", root);
    }

    @Test
    void erasure_endsTheKeys() {
        ApiClient admin = server.client(server.token("ca-leaving-admin", "ca-leaving")
                .user("keys@ca-leaving.test")
                .role("partner_admin")
                .sign());
        ApiClient owner = server.owner("ca-leaving", "ca-leaving");
        created(owner, "root", "");
        Map<String, Object> key = keys("tnt_ca-leaving").getFirst();
        opened("tnt_ca-leaving", "ptn_ca-leaving", key).close();

        String erasure = admin.post("/v1/keys/erasures", Map.of("tenant_id", "tnt_ca-leaving"))
                .expect(202)
                .json()
                .get("erasure_id")
                .stringValue();
        superuser.update("update key_erasure set due_at = requested_at where erasure_id = ?", erasure);
        admin.post("/v1/keys/erasures/" + erasure + "/confirm", Map.of("confirm", "tnt_ca-leaving"))
                .expect(202);
        JsonNode seen = admin.get("/v1/keys/erasures/" + erasure).expect(200).json();
        while (!seen.get("status").stringValue().equals("completed")) {
            Thread.yield();
            seen = admin.get("/v1/keys/erasures/" + erasure).expect(200).json();
        }

        assertThat(seen.at("/report/tenants/0/rows/ca_keys").intValue()).isEqualTo(1);
        assertThat(seen.at("/report/still_decryptable").intValue()).isZero();
        superuser.update("update tenant set status = 'active' where tenant_id = 'tnt_ca-leaving'");
        assertThatThrownBy(() -> opened("tnt_ca-leaving", "ptn_ca-leaving", key))
                .isInstanceOf(VaultException.class);
        superuser.update("update tenant set status = 'erased' where tenant_id = 'tnt_ca-leaving'");
        owner.get("/v1/pki/ca").expect(403, "tenant_access_denied");
    }

    @Test
    void keyThatWasMovedOrAltered_signsNothing_andSaysSo() {
        ApiClient owner = server.owner("ca-moved", "ca-moved");
        String one = created(owner, "one", "").get("id").stringValue();
        created(owner, "two", "");
        List<Map<String, Object>> keys = keys("tnt_ca-moved");
        superuser.update(
                "update ca_signing_key set private_key = ? where tenant_id = 'tnt_ca-moved' and key_id = ?",
                keys.get(1).get("private_key"),
                keys.getFirst().get("key_id"));
        ApiClient.Reply reply = owner.post(
                "/v1/pki/ca",
                Map.of(
                        "name",
                        "below",
                        "common_name",
                        "Below",
                        "ca_type",
                        "intermediate",
                        "key_type",
                        "ec",
                        "parent_ca_id",
                        one));
        reply.expect(500, "integrity_failure");
        // Nothing of it is kept.
        assertThat(superuser.value("select count(*) from certificate_authority where tenant_id = 'tnt_ca-moved'"))
                .isEqualTo(2L);
        assertThat(superuser.value("select count(*) from certificate where tenant_id = 'tnt_ca-moved'"))
                .isEqualTo(2L);
        assertThat(ErrorCode.INTEGRITY_FAILURE.status()).isEqualTo(500);
    }

    @Test
    void privateKeys_areInNoLogAnswerMetricOrRow() {
        ApiClient owner = server.owner("ca-canary", "ca-canary");
        try (PrivateKeyTraces traces = new PrivateKeyTraces()) {
            JsonNode root = created(owner, "root", "");
            JsonNode below = created(owner, "below", root.get("id").stringValue());
            for (String id :
                    List.of(root.get("id").stringValue(), below.get("id").stringValue())) {
                for (ApiCall call : List.of(
                        new ApiCall("GET", "/v1/pki/ca/" + id, null),
                        new ApiCall("GET", "/v1/pki/ca/" + id + "/certificate", null),
                        new ApiCall("POST", "/v1/pki/ca/" + id + "/disable", null),
                        new ApiCall("POST", "/v1/pki/ca/" + id + "/enable", null),
                        new ApiCall("GET", "/v1/pki/ca/" + id + "/key", null),
                        new ApiCall("GET", "/v1/pki/ca", null),
                        new ApiCall("GET", "/v1/audit/logs?limit=100", null))) {
                    ApiClient.Reply reply = call.by(owner);
                    traces.answered(reply.body(), reply.response().headers().map());
                }
            }
            traces.answered(owner.get("/v1/metrics").expect(200).body());
            String rows = PrivateKeyTraces.rows(superuser, "CA below");
            assertThat(keys("tnt_ca-canary")).hasSize(2).allSatisfy(key -> {
                try (SensitiveBytes pkcs8 = opened("tnt_ca-canary", "ptn_ca-canary", key)) {
                    ECPrivateKey opened = (ECPrivateKey)
                            KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8.expose()));
                    traces.assertNone(BigIntegers.asUnsignedByteArray(32, opened.getS()), rows);
                }
            });
        }
    }
}
