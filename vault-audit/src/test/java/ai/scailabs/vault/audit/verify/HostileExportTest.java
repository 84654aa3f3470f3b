package ai.scailabs.vault.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exports that are made to harm whoever reads them. */
class HostileExportTest {
    private static final TestLog LOG = new TestLog("tnt_acme", 20);

    @TempDir
    Path temporary;

    private Path folder;
    private Map<String, byte[]> files;
    private TestExport export;

    @BeforeEach
    void export() {
        folder = temporary.resolve("export");
        export = TestExport.ofAll(LOG);
        files = export.files();
    }

    @Test
    void lineThatUnpacksToFarMore_isNotHeld() {
        files.put("entries-000002.jsonl.gz", TestExport.packed(List.of(new byte[40_000_000])));
        Run.on(LOG, TestExport.write(folder, files))
                .found(Finding.ENTRY_UNREADABLE)
                .at("entries-000002.jsonl.gz", 1, 16);
        files.put("proof.jsonl.gz", TestExport.packed(List.of(new byte[40_000_000])));
        Run.on(LOG, TestExport.write(folder, files))
                .found(Finding.PROOF_ALTERED)
                .at("proof.jsonl.gz", 1, 0);
    }

    @Test
    void linesWithoutEnd_areReadAndNotHeld() {
        List<byte[]> lines = new ArrayList<>(export.lines);
        byte[] empty = "{}".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 100_000; i++) {
            lines.add(empty);
        }
        export.lines = lines.subList(0, 20);
        Map<String, byte[]> more = export.files();
        more.put("entries-000002.jsonl.gz", TestExport.packed(lines.subList(16, lines.size())));
        Run.on(LOG, TestExport.write(folder, more))
                .found(Finding.ENTRY_INSERTED)
                .at(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"entries-000001.jsonl.gz", "entries-000002.jsonl.gz", "proof.jsonl.gz", "manifest.json"})
    void fileThatIsMissing_orAFolder_orALink_isNotThere(String name) throws IOException {
        byte[] content = files.remove(name);
        TestExport.write(folder, files);
        Run.on(LOG, folder).found(Finding.FILE_MISSING).in(name);
        Path elsewhere = Files.write(temporary.resolve("elsewhere"), content);
        Files.createSymbolicLink(folder.resolve(name), elsewhere);
        Run.on(LOG, folder).found(Finding.FILE_MISSING).in(name);
        Files.delete(folder.resolve(name));
        Files.createDirectory(folder.resolve(name));
        Run.on(LOG, folder).found(Finding.FILE_MISSING).in(name);
        Files.delete(folder.resolve(name));
        Files.write(folder.resolve(name), content);
        Run.on(LOG, folder).verified();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../elsewhere/entries-000001.jsonl.gz",
                "/etc/passwd",
                "entries-000001.jsonl.gz\\u0000",
                "entries-1.jsonl.gz",
                "entries-000002.jsonl.gz",
                "ENTRIES-000001.jsonl.gz"
            })
    void nameThatIsNotTheFormats_isNotOpened(String name) {
        String manifest = new String(files.get("manifest.json"), StandardCharsets.UTF_8)
                .replace("\"entries-000001.jsonl.gz\"", "\"" + name + "\"");
        files.put("manifest.json", manifest.getBytes(StandardCharsets.UTF_8));
        Run.on(LOG, TestExport.write(folder, files)).found(Finding.MANIFEST_REFUSED);
    }

    @Test
    void fileOfEntriesThatNobodyLists_isTold() {
        files.put("entries-000003.jsonl.gz", files.get("entries-000001.jsonl.gz"));
        Run.on(LOG, TestExport.write(folder, files)).found(Finding.MANIFEST_REFUSED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "{}",
                "{} {}",
                "{\"format\":\"scaivault-audit-export/2\"}",
                "{\"format\":\"scaivault-audit-export/1\",\"format\":\"scaivault-audit-export/1\"}",
                "{\"format\":\"scaivault-audit-export/1\",\"entry_format\":\"csv\"}"
            })
    void manifestThatIsNone_isRefused(String manifest) {
        files.put("manifest.json", manifest.getBytes(StandardCharsets.UTF_8));
        Run.on(LOG, TestExport.write(folder, files)).found(Finding.MANIFEST_REFUSED);
    }

    @Test
    void manifestThatIsHuge_orDeep_isRefused() {
        files.put("manifest.json", " ".repeat(Manifest.MAX_BYTES + 1).getBytes(StandardCharsets.UTF_8));
        Run.on(LOG, TestExport.write(folder, files)).found(Finding.MANIFEST_REFUSED);
        files.put("manifest.json", "[".repeat(1_000_000).getBytes(StandardCharsets.UTF_8));
        Run.on(LOG, TestExport.write(folder, files)).found(Finding.MANIFEST_REFUSED);
        files.put("manifest.json", ("{\"format\":" + "9".repeat(1_000_000) + "}").getBytes(StandardCharsets.UTF_8));
        Run.on(LOG, TestExport.write(folder, files)).found(Finding.MANIFEST_REFUSED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{\"leaves\":\"\"}",
                "{\"leaves\":\"AAAA\"}",
                "{\"leaves\": \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}",
                "{\"leaves\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\"}",
                "{\"leaves\":\"=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
                "{\"height\":-1,\"hash\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}",
                "{\"height\":00,\"hash\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}",
                "{\"height\":63,\"hash\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}",
                "{\"height\":99,\"hash\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}",
                "{\"height\":1,\"hash\":\"AAAA\"}",
            })
    void lineOfAProofThatIsNone_isNamed(String line) {
        export.proof.add(1, line);
        Run.on(LOG, export.write(folder)).found(Finding.PROOF_ALTERED).at("proof.jsonl.gz", 2, 7);
    }

    @Test
    void treeLargerThanAnyThatThereIs_isRefused() {
        String subtree = TestExport.leftOut(62, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        export.proof = new ArrayList<>(List.of(subtree, subtree));
        assertThat(Run.on(LOG, export.write(folder)).exitCode()).isNotZero();
        export.proof.add(subtree);
        assertThat(Run.on(LOG, export.write(folder)).exitCode()).isNotZero();
    }

    @Test
    void trailingBytesBehindAPackedFile_areTold() {
        byte[] packed = files.get("entries-000002.jsonl.gz");
        byte[] more = Arrays.copyOf(packed, packed.length + 3);
        files.put("entries-000002.jsonl.gz", more);
        Run.on(LOG, TestExport.write(folder, files)).found(Finding.FILE_ALTERED).in("entries-000002.jsonl.gz");
    }

    @Test
    void keyWhoseNameIsAnotherTenants_isNotTakenForThis() {
        TestLog similar = new TestLog("tnt_acme2", 20);
        TestExport other = TestExport.ofAll(similar);
        other.manifest.put("tenant_id", "acme2");
        Run.on(similar, other.write(folder)).found(Finding.CHECKPOINT_OF_ANOTHER_LOG);
        other.manifest.put("tenant_id", "tnt_acme");
        Run.on(similar, other.write(folder)).found(Finding.CHECKPOINT_OF_ANOTHER_LOG);
    }
}
