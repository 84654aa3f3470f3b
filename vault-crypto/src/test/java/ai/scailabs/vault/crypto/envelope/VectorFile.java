package ai.scailabs.vault.crypto.envelope;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Test vectors from {@code src/test/resources/vectors}: lines {@code name = hex}, an empty line between cases, comments with a hash sign. */
record VectorFile(Map<String, String> fields) {
    static List<VectorFile> read(String name) {
        List<VectorFile> vectors = new ArrayList<>();
        for (String block : text(name).split("\n\n")) {
            Map<String, String> fields = new LinkedHashMap<>();
            block.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
                int equals = line.indexOf('=');
                fields.put(
                        line.substring(0, equals).strip(),
                        line.substring(equals + 1).strip());
            });
            vectors.add(new VectorFile(fields));
        }
        return vectors;
    }

    static String text(String name) {
        try (InputStream stream = VectorFile.class.getResourceAsStream("/vectors/" + name)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] bytes(String field) {
        return HexFormat.of().parseHex(fields.get(field));
    }
}
