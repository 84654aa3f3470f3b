package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.verify.VerifyCommand;
import ai.scailabs.vault.testkit.GoProgram;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the running service answers about its log, in the eyes of the Go libraries that other logs are checked with, and of {@code bin/audit-verify}. */
class IndependentProofTest {
    private static RunningServer server;
    private static GoProgram program;

    @TempDir
    Path temporary;

    @BeforeAll
    static void start() {
        program = GoProgram.start("vault-audit/src/test/go");
        server = RunningServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
        program.close();
    }

    @Test
    void everyProofOfTheService_isAccepted_andNoneOfAnotherPlaceTenantOrTime() {
        Log log = Log.of("checked", 40);
        Log other = Log.of("unchecked", 40);
        JsonNode head = log.head(log.note);
        long size = head.path("size").longValue();
        assertThat(head.path("ok").booleanValue()).as(head.toString()).isTrue();
        assertThat(size).isGreaterThanOrEqualTo(40);
        assertThat(log.head(other.note).path("ok").booleanValue()).isFalse();
        String otherRoot = other.head(other.note).path("root").stringValue();
        JsonNode entries = log.owner
                .get("/v1/audit/entries?from=0&to=" + size)
                .expect(200)
                .json()
                .path("entries");
        assertThat(entries).hasSize((int) size);
        for (int index = 0; index < size; index++) {
            Map<String, Object> question = log.question("inclusion?index=" + index + "&size=" + size, "inclusion");
            question.put("leaf", entries.path(index).path("leaf"));
            question.put("root", head.path("root"));
            assertThat(accepts(question)).as("index %d", index).isTrue();
            assertThat(accepts(with(question, "index", index == 0 ? 1 : index - 1)))
                    .isFalse();
            assertThat(accepts(with(question, "root", otherRoot))).isFalse();
            assertThat(accepts(with(
                            question,
                            "leaf",
                            entries.path((index + 1) % (int) size).path("leaf"))))
                    .isFalse();
            JsonNode hashes = (JsonNode) question.get("hashes");
            for (int i = 0; i < hashes.size(); i++) {
                List<Object> changed = new ArrayList<>(hashes.valueStream().toList());
                changed.set(i, otherRoot);
                assertThat(accepts(with(question, "hashes", changed))).isFalse();
            }
        }
    }

    @Test
    void growthOfTheLog_isShownToOthers_andToTheVerifier_andAnOldHeadIsNotTakenForANewOne() throws IOException {
        Log log = Log.of("grown", 10);
        JsonNode older = log.head(log.note);
        log.grow(25);
        String newest = log.owner.get("/v1/audit/checkpoint").expect(200).body();
        JsonNode newer = log.head(newest);
        long first = older.path("size").longValue();
        long second = newer.path("size").longValue();
        assertThat(second).isGreaterThan(first);
        String path = "consistency?first=" + first + "&second=" + second;
        Map<String, Object> question = log.question(path, "consistency");
        question.put("first_root", older.path("root"));
        question.put("root", newer.path("root"));
        assertThat(accepts(question)).isTrue();
        assertThat(accepts(with(question, "first", first + 1))).isFalse();
        assertThat(accepts(with(question, "root", older.path("root")))).isFalse();
        assertThat(accepts(with(question, "first_root", newer.path("root")))).isFalse();

        Path key = Files.writeString(temporary.resolve("key"), log.key + "\n");
        Path before = Files.writeString(temporary.resolve("before"), log.note);
        Path after = Files.writeString(temporary.resolve("after"), newest);
        Path proof = Files.writeString(
                temporary.resolve("proof"),
                log.owner.get("/v1/audit/proof/" + path).expect(200).body());
        assertThat(verify("--key", key, "--checkpoint", before, "--checkpoint", after, "--consistency", proof))
                .isZero();
        assertThat(verify("--key", key, "--checkpoint", before, "--checkpoint", after))
                .isEqualTo(3);
        assertThat(verify("--key", key, "--checkpoint", after, "--checkpoint", before, "--consistency", proof))
                .isEqualTo(33);
    }

    private static boolean accepts(Map<String, Object> question) {
        return ask(question).path("ok").booleanValue();
    }

    private static Map<String, Object> with(Map<String, Object> question, String member, Object value) {
        Map<String, Object> changed = new LinkedHashMap<>(question);
        changed.put(member, value);
        return changed;
    }

    private static JsonNode ask(Map<String, ?> question) {
        return JsonMapper.shared().readTree(program.ask(JsonMapper.shared().writeValueAsString(question)));
    }

    private static int verify(Object... arguments) {
        List<String> texts = new ArrayList<>();
        for (Object argument : arguments) {
            texts.add(argument.toString());
        }
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return VerifyCommand.run(texts, nowhere, nowhere);
    }

    /** Of one tenant, with a head that was signed when it had some entries. */
    private record Log(String tenant, ApiClient owner, String key, String note) {
        static Log of(String name, int entries) {
            ApiClient owner = server.owner(name, name);
            owner.put("/v1/secrets/app/db", Map.of("data", Map.of("value", 1))).expect(201);
            String key =
                    owner.get("/v1/audit/checkpoint/key").expect(200).body().strip();
            new Log("tnt_" + name, owner, key, "").grow(entries);
            String note = owner.get("/v1/audit/checkpoint").expect(200).body();
            return new Log("tnt_" + name, owner, key, note);
        }

        void grow(int entries) {
            for (int i = 0; i < entries; i++) {
                owner.get("/v1/secrets/app/db").expect(200);
            }
            Sql.superuser(server).awaitLeaves(tenant, entries);
            Object recorded = Sql.superuser(server).value("select count(*) from audit_log where tenant_id = ?", tenant);
            Sql.superuser(server).awaitLeaves(tenant, ((Number) recorded).longValue());
        }

        JsonNode head(String signed) {
            String origin = key.substring(0, key.indexOf('+'));
            return ask(Map.of("op", "checkpoint", "note", signed, "origin", origin, "key", key));
        }

        Map<String, Object> question(String path, String op) {
            Map<String, Object> question = new LinkedHashMap<>();
            owner.get("/v1/audit/proof/" + path)
                    .expect(200)
                    .json()
                    .properties()
                    .forEach(member -> question.put(member.getKey(), member.getValue()));
            question.put("op", op);
            return question;
        }
    }
}
