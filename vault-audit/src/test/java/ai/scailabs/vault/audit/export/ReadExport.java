package ai.scailabs.vault.audit.export;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.merkle.Frontier;
import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.audit.store.ObjectName;
import ai.scailabs.vault.audit.store.ObjectStore;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An export as it lies in its bucket, read by the documented format and nothing else. */
record ReadExport(JsonNode manifest, List<String> lines, List<TreeHash> exported, Frontier folded) {
    private static final JsonMapper JSON = JsonMapper.shared();

    static ReadExport of(ObjectStore store, String folder) throws Exception {
        JsonNode manifest = JSON.readTree(bytes(store, folder, "manifest.json"));
        List<String> lines = new ArrayList<>();
        for (JsonNode file : manifest.get("files")) {
            List<String> more = unzipped(checked(store, folder, file));
            assertThat(more.size()).isEqualTo(file.get("entries").asInt());
            lines.addAll(more);
        }
        List<TreeHash> exported = new ArrayList<>();
        Frontier folded = new Frontier();
        for (String line : unzipped(checked(store, folder, manifest.get("proof")))) {
            JsonNode step = JSON.readTree(line);
            if (step.has("leaves")) {
                byte[] hashes = Base64.getDecoder().decode(step.get("leaves").asString());
                for (int i = 0; i < hashes.length / TreeHash.LENGTH; i++) {
                    exported.add(TreeHash.at(hashes, i));
                    folded.appendSubtree(0, TreeHash.at(hashes, i));
                }
            } else {
                folded.appendSubtree(
                        step.get("height").asInt(),
                        TreeHash.of(Base64.getDecoder().decode(step.get("hash").asString())));
            }
        }
        return new ReadExport(manifest, lines, exported, folded);
    }

    /** Its lines are what the tree has, and all of it gives the root of its checkpoint. */
    ReadExport requireProven() {
        String[] note = manifest.get("checkpoint").asString().split("\n", -1);
        assertThat(folded.size()).isEqualTo(Long.parseLong(note[1]));
        assertThat(folded.root().base64()).isEqualTo(note[2]);
        assertThat(lines.stream()
                        .map(line -> TreeHash.ofLeaf(line.getBytes(StandardCharsets.UTF_8)))
                        .toList())
                .isEqualTo(exported);
        assertThat(manifest.get("entries").asInt()).isEqualTo(lines.size());
        return this;
    }

    private static byte[] checked(ObjectStore store, String folder, JsonNode listed) throws Exception {
        byte[] content = bytes(store, folder, listed.get("name").asString());
        assertThat(content.length).isEqualTo(listed.get("bytes").asInt());
        assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content)))
                .isEqualTo(listed.get("sha256").asString());
        return content;
    }

    static byte[] bytes(ObjectStore store, String folder, String name) throws IOException {
        try (InputStream in = store.read(new ObjectName(folder + "/" + name))) {
            return in.readAllBytes();
        }
    }

    static List<String> unzipped(byte[] content) throws IOException {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(new ByteArrayInputStream(content)), StandardCharsets.UTF_8))) {
            return in.lines().toList();
        }
    }
}
