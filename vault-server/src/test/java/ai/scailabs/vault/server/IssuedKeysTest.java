package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A private key that was issued is in the one answer that gave it, and nowhere else. */
class IssuedKeysTest {
    private static final String PASSWORD = "CANARY-of-a-keystore-53d1";

    @Test
    void issuedKey_isInNoOtherAnswerLogMetricOrRow() {
        try (RunningServer server = RunningServer.start()) {
            ApiClient owner = server.owner("issued-keys", "issued-keys");
            String authority = PkiRoleApiTest.root(owner, "root");
            owner.post(
                            "/v1/pki/roles",
                            Map.of("name", "svc", "ca_id", authority, "allowed_domains", List.of("*.internal")))
                    .expect(201);
            try (PrivateKeyTraces traces = new PrivateKeyTraces()) {
                List<String> keys = issued(owner, traces);
                for (String uri : List.of(
                        "/v1/pki/roles",
                        "/v1/pki/roles/svc",
                        "/v1/pki/ca/" + authority,
                        "/v1/audit/logs?limit=100",
                        "/v1/metrics")) {
                    traces.answered(owner.get(uri).expect(200).body());
                }
                sendBackWrongly(owner, keys);
                String rows = PrivateKeyTraces.rows(Sql.superuser(server), "canary.internal");
                for (String key : keys) {
                    String line = key.lines().skip(1).findFirst().orElseThrow().substring(12, 60);
                    traces.assertNone(scalar(key), rows, line, PASSWORD);
                }
            }
        }
    }

    private static List<String> issued(ApiClient owner, PrivateKeyTraces traces) {
        List<String> keys = new ArrayList<>();
        for (String format : List.of("traditional", "pkcs8")) {
            JsonNode issued = owner.post(
                            "/v1/pki/issue/svc",
                            Map.of("common_name", "canary.internal", "ttl", "1h", "private_key_format", format))
                    .expect(201)
                    .json();
            keys.add(issued.get("private_key").stringValue());
            issued.properties().forEach(member -> {
                if (!member.getKey().equals("private_key")) {
                    traces.answered(member.getValue());
                }
            });
        }
        for (String format : List.of("pkcs12", "jks")) {
            traces.answered(owner.post(
                            "/v1/pki/issue/svc",
                            Map.of(
                                    "common_name",
                                    "canary.internal",
                                    "ttl",
                                    "1h",
                                    "format",
                                    format,
                                    "password",
                                    PASSWORD))
                    .expect(201)
                    .body());
            owner.post(
                            "/v1/pki/issue/svc",
                            Map.of("common_name", "canary.internal", "format", "none", "password", PASSWORD))
                    .expect(422);
        }
        return keys;
    }

    private static void sendBackWrongly(ApiClient owner, List<String> keys) {
        for (String key : keys) {
            for (Map<String, String> body : List.of(
                    Map.of("common_name", key),
                    Map.of("common_name", "a.internal", "ttl", key),
                    Map.of("private_key_format", key))) {
                ApiClient.Reply refused = owner.post("/v1/pki/issue/svc", body);
                assertThat(refused.status()).isBetween(400, 422);
            }
        }
    }

    private static byte[] scalar(String pem) {
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        int scalar = HexFormat.of().formatHex(der).indexOf("0420", pem.contains("EC PRIVATE") ? 0 : 50) / 2 + 2;
        return Arrays.copyOfRange(der, scalar, scalar + 32);
    }
}
