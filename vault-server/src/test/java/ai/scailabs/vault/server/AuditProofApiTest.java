package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.merkle.ProofCheck;
import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.audit.note.Checkpoint;
import ai.scailabs.vault.audit.note.LogKey;
import ai.scailabs.vault.audit.note.SignedNote;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AuditProofApiTest {
    private static RunningServer server;

    @BeforeAll
    static void start() {
        server = RunningServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Checkpoint checkpoint(ApiClient caller, LogKey key) throws Exception {
        String note = caller.get("/v1/audit/checkpoint").expect(200).body();
        return Checkpoint.open(SignedNote.parse(note), key);
    }

    private static LogKey key(ApiClient caller) throws Exception {
        return LogKey.parse(
                caller.get("/v1/audit/checkpoint/key").expect(200).body().strip());
    }

    private static List<TreeHash> hashes(ApiClient caller, String question) {
        return caller.get("/v1/audit/proof/" + question)
                .expect(200)
                .json()
                .get("hashes")
                .valueStream()
                .map(hash -> TreeHash.of(Base64.getDecoder().decode(hash.stringValue())))
                .toList();
    }

    private static List<byte[]> leaves(ApiClient caller, long from, long to) {
        List<byte[]> leaves = new ArrayList<>();
        for (JsonNode entry : caller.get("/v1/audit/entries?from=" + from + "&to=" + to)
                .expect(200)
                .json()
                .get("entries")) {
            assertThat(entry.get("index").longValue()).isEqualTo(from + leaves.size());
            leaves.add(Base64.getDecoder().decode(entry.get("leaf").stringValue()));
        }
        return leaves;
    }

    @Test
    void outsider_findsEveryEntryInTheSignedTree_andThatItOnlyGrew() throws Exception {
        ApiClient owner = server.owner("proven", "proven");
        LogKey key = key(owner);
        assertThat(key.name()).isEqualTo("127.0.0.1/audit/tnt_proven");
        owner.put("/v1/secrets/app/db", Map.of("data", Map.of("value", PreparedTenant.CANARY)))
                .expect(201);
        Sql.superuser(server).awaitLeaves("tnt_proven", 3);
        Checkpoint earlier = checkpoint(owner, key);
        for (int i = 0; i < 20; i++) {
            owner.get("/v1/secrets/app/db").expect(200);
        }
        Sql.superuser(server).awaitLeaves("tnt_proven", earlier.size() + 20);
        Checkpoint later = checkpoint(owner, key);

        List<byte[]> leaves = leaves(owner, 0, later.size());
        assertThat(leaves).hasSize((int) later.size());
        for (int index = 0; index < leaves.size(); index++) {
            assertThat(ProofCheck.inclusion(
                            TreeHash.ofLeaf(leaves.get(index)),
                            index,
                            later.size(),
                            hashes(owner, "inclusion?index=" + index + "&size=" + later.size()),
                            later.root()))
                    .isTrue();
        }
        assertThat(ProofCheck.consistency(
                        earlier.size(),
                        earlier.root(),
                        later.size(),
                        later.root(),
                        hashes(owner, "consistency?first=" + earlier.size() + "&second=" + later.size())))
                .isTrue();
        assertThat(String.join(
                        "",
                        leaves.stream()
                                .map(leaf -> new String(leaf, StandardCharsets.UTF_8))
                                .toList()))
                .doesNotContain(PreparedTenant.CANARY);
    }

    @Test
    void leaf_isTheEntryAsTheLogTellsIt_andFoundByItsId() {
        ApiClient owner = server.owner("told", "told");
        owner.put("/v1/secrets/app/db", Map.of("data", Map.of("value", 1))).expect(201);
        owner.get("/v1/secrets/app/none").expect(404);
        Sql.superuser(server).awaitLeaves("tnt_told", 3);

        JsonNode logs =
                owner.get("/v1/audit/logs?limit=1000").expect(200).json().get("logs");
        List<byte[]> leaves = leaves(owner, 0, 3);
        for (byte[] leaf : leaves) {
            JsonNode entry = JsonMapper.shared().readTree(leaf);
            assertThat(logs.valueStream().filter(told -> told.equals(entry))).hasSize(1);
        }
        String second = JsonMapper.shared().readTree(leaves.get(1)).get("id").stringValue();
        JsonNode proof = owner.get("/v1/audit/proof/inclusion?id=" + second + "&size=3")
                .expect(200)
                .json();
        assertThat(proof.get("index").intValue()).isEqualTo(1);
        assertThat(proof.get("size").intValue()).isEqualTo(3);
    }

    @Test
    void whatIsAskedTwice_isSignedOnce_andOfAnotherTenantNothing() throws Exception {
        ApiClient owner = server.owner("mine", "mine");
        ApiClient other = server.owner("yours", "yours");
        LogKey key = key(owner);
        assertThat(key(owner)).isEqualTo(key);
        assertThat(key(other)).isNotEqualTo(key);
        Checkpoint mine = checkpoint(owner, key);
        assertThat(mine.origin()).endsWith("/tnt_mine");
        String notes = Sql.superuser(server)
                .value("select string_agg(note, '') from audit_checkpoint where tenant_id = ?", "tnt_mine")
                .toString();
        assertThat(notes)
                .contains("127.0.0.1/audit/tnt_mine\n" + mine.size() + "\n"
                        + mine.root().base64());
        Sql.superuser(server).awaitLeaves("tnt_mine", 4);
        String id = owner.get("/v1/audit/logs?limit=1000")
                .json()
                .get("logs")
                .valueStream()
                .toList()
                .getLast()
                .get("id")
                .stringValue();
        owner.get("/v1/audit/proof/inclusion?size=1&id=" + id).expect(200);
        other.get("/v1/audit/proof/inclusion?size=1&id=" + id).expect(404, "not_found");
    }

    @Test
    void questionsWithoutAnAnswer_areRefused() {
        ApiClient owner = server.owner("asking", "asking");
        owner.get("/v1/audit/logs").expect(200);
        Sql.superuser(server).awaitLeaves("tnt_asking", 1);
        for (String question : List.of(
                "proof/inclusion",
                "proof/inclusion?index=0",
                "proof/inclusion?size=1",
                "proof/inclusion?index=1&size=1",
                "proof/inclusion?index=0&size=0",
                "proof/inclusion?index=0&size=9007199254740991",
                "proof/inclusion?index=0&size=9007199254740992",
                "proof/inclusion?index=-1&size=1",
                "proof/inclusion?index=0x0&size=1",
                "proof/inclusion?index=%EF%BC%91&size=1",
                "proof/inclusion?index=0&size=99999999999999999999999999",
                "proof/inclusion?id=log_nothing&size=1",
                "proof/inclusion?id=log_01K9Z6H5P0S4V8X2Z6B1D3F5GT&index=0&size=1",
                "proof/consistency?first=2&second=1",
                "proof/consistency?first=0",
                "proof/consistency?first=0&second=1000000",
                "entries",
                "entries?from=0&to=1001",
                "entries?from=5&to=4",
                "entries?from=0&to=1e3")) {
            owner.get("/v1/audit/" + question).expect(422, "validation_error");
        }
        owner.get("/v1/audit/checkpoint?size=1").expect(400, "invalid_request");
        owner.get("/v1/audit/proof/inclusion?id=log_01K9Z6H5P0S4V8X2Z6B1D3F5GT&size=1")
                .expect(404, "not_found");
        owner.get("/v1/audit/entries?from=9007199254740000&to=9007199254740100").expect(200);
        server.client(server.token("asking", "asking")
                        .user("jo@asking.test")
                        .scope("secrets:read")
                        .sign())
                .get("/v1/audit/checkpoint")
                .expect(403, "insufficient_scope");
    }

    @Test
    void keyOfTheLog_survivesARotationOfTheKeyThatSealsIt() throws Exception {
        ApiClient owner = server.owner("turned", "turned");
        LogKey key = key(owner);
        String before = sealed();
        owner.post("/v1/keys/tenant/rotate", null).expect(202);
        Sql.superuser(server).awaitKeyJobs("tnt_turned");

        assertThat(sealed()).isNotEqualTo(before);
        assertThat(checkpoint(owner, key).origin()).isEqualTo(key.name());
    }

    private static String sealed() {
        return Sql.superuser(server)
                .value("select private_key::text from audit_checkpoint_key where tenant_id = ?", "tnt_turned")
                .toString();
    }
}
