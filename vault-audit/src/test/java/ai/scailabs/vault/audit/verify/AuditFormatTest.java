package ai.scailabs.vault.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.merkle.Frontier;
import ai.scailabs.vault.audit.merkle.GrownTree;
import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.audit.merkle.TreeProofs;
import ai.scailabs.vault.audit.note.Checkpoint;
import ai.scailabs.vault.audit.note.LogKey;
import ai.scailabs.vault.audit.note.NoteSigner;
import ai.scailabs.vault.audit.note.SignedNote;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.testkit.GoProgram;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code docs/audit-format.md} says, and its vectors: in our eyes, in those of Go's libraries, and of fifty lines of Python that know nothing but that page. */
class AuditFormatTest {
    private static final JsonNode VECTORS = read();

    @TempDir
    Path temporary;

    @Test
    void vectors_areWhatTheProgramMakes() throws Exception {
        GrownTree tree = new GrownTree();
        Frontier frontier = new Frontier();
        for (JsonNode each : VECTORS.path("entries")) {
            byte[] leaf = each.path("leaf").asString().getBytes(StandardCharsets.UTF_8);
            assertThat(CanonicalObject.textsOf(leaf)).containsKeys("id", "tenant_id", "timestamp");
            assertThat(TreeHash.ofLeaf(leaf).base64())
                    .isEqualTo(each.path("hash").asString());
            tree.add(leaf);
            frontier.appendSubtree(0, TreeHash.ofLeaf(leaf));
            assertThat(frontier.root().base64())
                    .isEqualTo(VECTORS.path("roots").path((int) frontier.size()).asString());
        }
        assertThat(TreeHash.EMPTY.base64())
                .isEqualTo(VECTORS.path("roots").path(0).asString());
        TreeProofs proofs = new TreeProofs(tree);
        JsonNode inclusion = VECTORS.path("inclusion");
        assertThat(texts(proofs.inclusion(
                        inclusion.path("index").asInt(), inclusion.path("size").asInt())))
                .isEqualTo(texts(inclusion.path("hashes")));
        JsonNode consistency = VECTORS.path("consistency");
        assertThat(texts(proofs.consistency(
                        consistency.path("first").asInt(),
                        consistency.path("second").asInt())))
                .isEqualTo(texts(consistency.path("hashes")));
        LogKey key = LogKey.parse(VECTORS.path("key").asString());
        SensitiveBytes secret = SensitiveBytes.owning(
                HexFormat.of().parseHex(VECTORS.path("private_key").asString()));
        SignedNote note = new Checkpoint(key.name(), 5, frontier.root()).sign(new NoteSigner(key, secret));
        assertThat(note.render()).isEqualTo(VECTORS.path("checkpoint").asString());
    }

    @Test
    void vectors_areTakenByOthers() {
        try (GoProgram program = GoProgram.start("vault-audit/src/test/go")) {
            Map<String, Object> inclusion = question("inclusion", VECTORS.path("inclusion"));
            int index = VECTORS.path("inclusion").path("index").asInt();
            inclusion.put(
                    "leaf",
                    VECTORS.path("entries").path(index).path("leaf").asString().getBytes(StandardCharsets.UTF_8));
            inclusion.put("root", VECTORS.path("roots").path(5).asString());
            assertThat(ask(program, inclusion).path("ok").asBoolean()).isTrue();
            Map<String, Object> consistency = question("consistency", VECTORS.path("consistency"));
            consistency.put("first_root", VECTORS.path("roots").path(3).asString());
            consistency.put("root", VECTORS.path("roots").path(5).asString());
            assertThat(ask(program, consistency).path("ok").asBoolean()).isTrue();
            JsonNode read = ask(
                    program,
                    Map.of(
                            "op",
                            "checkpoint",
                            "note",
                            VECTORS.path("checkpoint").asString(),
                            "origin",
                            "scaivault/audit/tnt_acme",
                            "key",
                            VECTORS.path("key").asString()));
            assertThat(read.path("root")).isEqualTo(VECTORS.path("roots").path(5));
        }
    }

    @Test
    void exportOfThePage_isVerified_andItsPartsAreWhatItShows() throws IOException {
        Path folder = vectorExport();
        Run run = Run.of("--key", VECTORS.path("key").asString(), "--export", folder)
                .verified();
        assertThat(run.report().path("entries").asInt()).isEqualTo(3);
        assertThat(run.report().path("left_out").asInt()).isEqualTo(2);
        assertThat(python(folder, VECTORS.path("key").asString()))
                .isEqualTo("5 " + VECTORS.path("roots").path(5).asString());
        String page = Files.readString(root().resolve("docs/audit-format.md"));
        for (JsonNode each : VECTORS.path("entries")) {
            assertThat(page)
                    .contains(each.path("leaf").asString(), each.path("hash").asString());
        }
        for (JsonNode each : VECTORS.path("roots")) {
            assertThat(page).contains(each.asString());
        }
        assertThat(page)
                .contains(VECTORS.path("checkpoint").asString().lines().toList())
                .contains(VECTORS.path("key").asString())
                .contains(texts(VECTORS.path("proof")))
                .contains(texts(VECTORS.path("consistency").path("hashes")))
                .contains(texts(VECTORS.path("inclusion").path("hashes")));
        for (Finding finding : Finding.values()) {
            assertThat(page).contains("| " + finding.exitCode() + " | `" + finding.code() + "` |");
        }
    }

    @Test
    void thePythonOfThePage_takesWhatWeTake_andRefusesWhatWasChanged() {
        TestLog log = new TestLog("tnt_acme", 70);
        TestExport export = new TestExport(log, 16, index -> index % 5 != 0 && index < 60);
        assertThat(python(export.write(temporary.resolve("good")), log.key.line()))
                .isEqualTo("70 " + log.tree().root(70).base64());
        export.lines.set(9, log.entry());
        assertThat(python(export.write(temporary.resolve("edited")), log.key.line()))
                .contains("the entry at index 12");
        assertThat(python(temporary.resolve("good"), new TestLog("tnt_acme", 0).key.line()))
                .contains("Error");
    }

    private Path vectorExport() {
        List<byte[]> lines = new ArrayList<>();
        for (int index : new int[] {0, 1, 4}) {
            lines.add(
                    VECTORS.path("entries").path(index).path("leaf").asString().getBytes(StandardCharsets.UTF_8));
        }
        byte[] entries = TestExport.packed(lines);
        byte[] proof = TestExport.packed(texts(VECTORS.path("proof")).stream()
                .map(line -> line.getBytes(StandardCharsets.UTF_8))
                .toList());
        Map<String, Object> listed = TestExport.listed("entries-000001.jsonl.gz", entries);
        listed.put("entries", 3);
        listed.put("first_index", 0);
        listed.put("end_index", 5);
        Map<String, Object> manifest = new LinkedHashMap<>();
        manifest.put("format", "scaivault-audit-export/1");
        manifest.put("export_id", "exp_01KAZ5M3T0V6Q4R8S2W7X9Y1ZB");
        manifest.put("tenant_id", "tnt_acme");
        manifest.put("entry_format", "jsonl");
        manifest.put("from", null);
        manifest.put("to", null);
        manifest.put("filters", Map.of("action", "read,list"));
        manifest.put("entries", 3);
        manifest.put("first_index", 0);
        manifest.put("end_index", 5);
        manifest.put("checkpoint", VECTORS.path("checkpoint").asString());
        manifest.put("key", VECTORS.path("key").asString());
        manifest.put("files", List.of(listed));
        manifest.put("proof", TestExport.listed("proof.jsonl.gz", proof));
        manifest.put("completed_at", "2026-11-26T10:00:00.000000Z");
        return TestExport.write(
                temporary.resolve("vectors"),
                Map.of(
                        "entries-000001.jsonl.gz",
                        entries,
                        "proof.jsonl.gz",
                        proof,
                        "manifest.json",
                        JsonMapper.shared().writeValueAsBytes(manifest)));
    }

    /** What it says last. */
    private static String python(Path folder, String key) {
        Path python = root().resolve(".peers/python/bin/python3");
        assertThat(python).as("run bin/peers first: it installs .peers/python").isExecutable();
        Path script = root().resolve("vault-audit/src/test/python/verify_export.py");
        try {
            Process process = new ProcessBuilder(python.toString(), script.toString(), folder.toString(), key)
                    .redirectErrorStream(true)
                    .start();
            try (InputStream said = process.getInputStream()) {
                return new String(said.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList()
                        .getLast();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("mvnw"))) {
            directory = directory.getParent();
        }
        return directory;
    }

    private static Map<String, Object> question(String op, JsonNode members) {
        Map<String, Object> question = new LinkedHashMap<>();
        members.properties().forEach(member -> question.put(member.getKey(), member.getValue()));
        question.put("op", op);
        return question;
    }

    private static JsonNode ask(GoProgram program, Map<String, Object> question) {
        return JsonMapper.shared().readTree(program.ask(JsonMapper.shared().writeValueAsString(question)));
    }

    private static List<String> texts(List<TreeHash> hashes) {
        return hashes.stream().map(TreeHash::base64).toList();
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asString()));
        return texts;
    }

    private static JsonNode read() {
        try (InputStream file = AuditFormatTest.class.getResourceAsStream("/vectors/audit-format.json")) {
            return JsonMapper.shared().readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
