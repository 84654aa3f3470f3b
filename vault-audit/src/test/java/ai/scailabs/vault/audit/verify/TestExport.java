package ai.scailabs.vault.audit.verify;

import ai.scailabs.vault.audit.merkle.GrownTree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.zip.GZIPOutputStream;
import tools.jackson.databind.json.JsonMapper;

/**
 * An export as the format describes it, and whatever somebody may make of it: its parts can be replaced before they are written, and then the manifest lists them as they are, as an attacker would have it.
 */
final class TestExport {
    final TestLog log;
    final int perFile;
    final Map<String, Object> manifest = new LinkedHashMap<>();
    private final List<Integer> indexes = new ArrayList<>();
    List<byte[]> lines = new ArrayList<>();
    List<String> proof = new ArrayList<>();

    /** @param isExported by index; what is not is a part of the proof only */
    TestExport(TestLog log, int perFile, IntPredicate isExported) {
        this.log = log;
        this.perFile = perFile;
        GrownTree tree = log.tree();
        int size = log.leaves.size();
        for (int index = 0; index < size; ) {
            if (isExported.test(index)) {
                ByteArrayOutputStream hashes = new ByteArrayOutputStream();
                for (; index < size && isExported.test(index) && hashes.size() < 7 * 32; index++) {
                    lines.add(log.leaves.get(index));
                    hashes.writeBytes(tree.leaf(index).bytes());
                    indexes.add(index);
                }
                proof.add("{\"leaves\":\"" + Base64.getEncoder().encodeToString(hashes.toByteArray()) + "\"}");
            } else {
                int height = 0;
                while (isLeftOut(isExported, index, height + 1, size)) {
                    height++;
                }
                proof.add(leftOut(height, tree.hash(height, index >> height).base64()));
                index += 1 << height;
            }
        }
        manifest.put("format", "scaivault-audit-export/1");
        manifest.put("export_id", "exp_01KAZ5M3T0V6Q4R8S2W7X9Y1ZB");
        manifest.put("tenant_id", log.tenant);
        manifest.put("entry_format", "jsonl");
        manifest.put("from", "2026-11-26T09:00:00Z");
        manifest.put("to", null);
        manifest.put("filters", Map.of("action", List.of("read")));
        manifest.put("entries", indexes.size());
        manifest.put("first_index", indexes.isEmpty() ? null : indexes.getFirst());
        manifest.put("end_index", indexes.isEmpty() ? null : indexes.getLast() + 1);
        manifest.put("checkpoint", new String(log.checkpoint(size), StandardCharsets.UTF_8));
        manifest.put("key", log.key.line());
        manifest.put("completed_at", "2026-11-26T10:00:00.000000Z");
    }

    static TestExport ofAll(TestLog log) {
        return new TestExport(log, 16, index -> true);
    }

    static String leftOut(int height, String hash) {
        return "{\"height\":" + height + ",\"hash\":\"" + hash + "\"}";
    }

    private static boolean isLeftOut(IntPredicate isExported, int index, int height, int size) {
        int end = index + (1 << height);
        if (index % (1 << height) != 0 || end > size) {
            return false;
        }
        for (int i = index; i < end; i++) {
            if (isExported.test(i)) {
                return false;
            }
        }
        return true;
    }

    /** In which file a line stands, by its number among all. */
    String file(int line) {
        return "entries-%06d.jsonl.gz".formatted(line / perFile + 1);
    }

    /** Everything as it lies in the bucket, the manifest last. */
    Map<String, byte[]> files() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        List<Map<String, Object>> listed = new ArrayList<>();
        for (int from = 0; from < lines.size(); from += perFile) {
            List<byte[]> part = lines.subList(from, Math.min(lines.size(), from + perFile));
            byte[] packed = packed(part);
            files.put(file(from), packed);
            Map<String, Object> entry = listed(file(from), packed);
            entry.put("entries", part.size());
            entry.put("first_index", index(from));
            entry.put("end_index", index(from + part.size() - 1) + 1);
            listed.add(entry);
        }
        byte[] packedProof = packed(proof.stream()
                .map(line -> line.getBytes(StandardCharsets.UTF_8))
                .toList());
        files.put("proof.jsonl.gz", packedProof);
        Map<String, Object> all = new LinkedHashMap<>(manifest);
        all.putIfAbsent("files", listed);
        all.putIfAbsent("proof", listed("proof.jsonl.gz", packedProof));
        files.put("manifest.json", JsonMapper.shared().writeValueAsBytes(all));
        return files;
    }

    /** Of a line that was there at first; whatever else has one that nobody believes. */
    private int index(int line) {
        return line < indexes.size() ? indexes.get(line) : line;
    }

    static Path write(Path folder, Map<String, byte[]> files) {
        try {
            Files.createDirectories(folder);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(folder.resolve(file.getKey()), file.getValue());
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path write(Path folder) {
        return write(folder, files());
    }

    static byte[] packed(List<byte[]> lines) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            for (byte[] line : lines) {
                out.write(line);
                out.write('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    static Map<String, Object> listed(String name, byte[] bytes) {
        Map<String, Object> listed = new LinkedHashMap<>();
        listed.put("name", name);
        listed.put("bytes", bytes.length);
        listed.put("sha256", sha256(bytes));
        return listed;
    }

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(MeasuredFile.sha256().digest(bytes));
    }
}
