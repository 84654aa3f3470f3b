package ai.scailabs.vault.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Bits of the files as they lie in the bucket. Where it leads to is known by unpacking what has become of a file, byte by byte. */
class BitFlipTest {
    /** Names that nothing signs and nothing depends on. */
    private static final List<String> LABELS = List.of("export_id", "completed_at", "filters", "from", "to");

    @TempDir
    Path temporary;

    @Test
    @Tag("slow")
    void everyBitOfASmallExport_isNoticed_andTheEntryNamed() throws IOException {
        TestLog log = new TestLog("tnt_acme", 3);
        TestExport export = new TestExport(log, 2, index -> index != 1);
        flip(log, export, 8);
    }

    @Test
    void oneBitOfEveryByte_isNoticed_andTheEntryNamed() throws IOException {
        TestLog log = new TestLog("tnt_acme", 40);
        TestExport export = new TestExport(log, 16, index -> index < 30);
        flip(log, export, 1);
    }

    private void flip(TestLog log, TestExport export, int bitsPerByte) throws IOException {
        Random random = new Random(40);
        Map<String, byte[]> files = export.files();
        Path folder = TestExport.write(temporary, files);
        Run.on(log, folder).verified();
        for (Map.Entry<String, byte[]> each : files.entrySet()) {
            Path file = folder.resolve(each.getKey());
            for (int at = 0; at < each.getValue().length; at++) {
                for (int i = 0; i < bitsPerByte; i++) {
                    byte[] changed = each.getValue().clone();
                    changed[at] ^= (byte) (1 << (bitsPerByte == 8 ? i : random.nextInt(8)));
                    Files.write(file, changed);
                    noticed(log, export, folder, each.getKey(), each.getValue(), changed);
                }
            }
            Files.write(file, each.getValue());
        }
    }

    private static void noticed(
            TestLog log, TestExport export, Path folder, String name, byte[] intact, byte[] changed) {
        Run run = Run.on(log, folder);
        if (name.equals("manifest.json")) {
            assertThat(Run.on(log, folder, "--manifest-sha256", TestExport.sha256(intact))
                            .exitCode())
                    .isNotZero();
            assertThat(run.exitCode() != 0 || isLabelOnly(intact, changed))
                    .as(run.told())
                    .isTrue();
        } else if (name.equals("proof.jsonl.gz")) {
            assertThat(run.text("finding")).as(run.told()).isIn("proof_altered", "file_altered");
            run.in(name);
        } else {
            assertThat(run.exitCode()).as(run.told()).isNotZero();
            List<byte[]> lines = new ArrayList<>();
            boolean isWhole = unpack(changed, lines);
            int first = export.lines.indexOf(export.lines.stream()
                    .filter(line -> name.equals(export.file(export.lines.indexOf(line))))
                    .findFirst()
                    .orElseThrow());
            int same = 0;
            int there = Math.min(export.perFile, export.lines.size() - first);
            while (same < Math.min(there, lines.size())
                    && Arrays.equals(lines.get(same), export.lines.get(first + same))) {
                same++;
            }
            // Whether the newline of the last one is still there cannot be seen from here.
            boolean isLastUnsure = !isWhole && same == lines.size();
            run.in(name);
            long line = run.report().path("line").asLong(-1);
            if (same < there) {
                // The first entry that is not there as it was.
                assertThat(line).as(run.told()).isBetween(isLastUnsure ? same : same + 1L, same + 1L);
                run.at(indexOf(log, export.lines.get(first + (int) line - 1)));
            } else if (isWhole && lines.size() == there) {
                run.found(Finding.FILE_ALTERED);
            } else {
                // All entries are there, and behind them something that is none.
                assertThat(run.text("finding"))
                        .as(run.told())
                        .isIn("entry_unreadable", "entry_inserted", "entry_edited");
                assertThat(line).as(run.told()).isBetween(isLastUnsure ? there : there + 1L, there + 1L);
            }
        }
    }

    private static int indexOf(TestLog log, byte[] line) {
        return log.leaves.indexOf(line);
    }

    private static boolean isLabelOnly(byte[] intact, byte[] changed) {
        try {
            JsonNode before = JsonMapper.shared().readTree(intact);
            JsonNode after = JsonMapper.shared().readTree(changed);
            ((ObjectNode) before).remove(LABELS);
            ((ObjectNode) after).remove(LABELS);
            return before.equals(after);
        } catch (JacksonException e) {
            return false;
        }
    }

    /** True when the file could be read to its end, and ends with one. */
    private static boolean unpack(byte[] packed, List<byte[]> lines) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next == '\n') {
                    lines.add(line.toByteArray());
                    line.reset();
                } else {
                    line.write(next);
                }
            }
            return line.size() == 0;
        } catch (IOException e) {
            // The last byte before the damage is lost to whoever reads bytes singly: it may have been the newline.
            lines.add(line.toByteArray());
            return false;
        }
    }
}
