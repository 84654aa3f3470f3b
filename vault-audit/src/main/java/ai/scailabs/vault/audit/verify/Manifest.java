package ai.scailabs.vault.audit.verify;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an export says about itself. Nobody signs it: all of it that can be is compared with what is signed.
 *
 * @param from inclusive, as entries write times; null when it does not begin anywhere
 * @param to exclusive
 * @param filters by their names; none when everything of that time is there
 * @param firstIndex of the first entry in the log, null when there are no entries
 * @param endIndex exclusive
 * @param missing how many entries of its time the log did not hold any more
 * @param checkpoint a signed note
 * @param key a line
 */
record Manifest(
        String exportId,
        String tenantId,
        @Nullable String from,
        @Nullable String to,
        Map<String, Object> filters,
        long entries,
        @Nullable Long firstIndex,
        @Nullable Long endIndex,
        @Nullable Long missing,
        String checkpoint,
        String key,
        List<Listed> files,
        Listed proof) {
    static final String NAME = "manifest.json";
    static final String PROOF_NAME = "proof.jsonl.gz";
    static final int MAX_BYTES = 16 * 1024 * 1024;

    private static final String FORMAT = "scaivault-audit-export/1";
    private static final Pattern EXPORT_ID = Pattern.compile("exp_[0-7][0-9A-HJKMNP-TV-Z]{25}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(32)
                            .maxStringLength(512 * 1024)
                            .maxNumberLength(32)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * A file that belongs to the export.
     *
     * @param entries 0 for the proof
     * @param firstIndex of its entries; null of the proof
     * @param endIndex exclusive
     */
    record Listed(
            String name,
            long entries,
            @Nullable Long firstIndex,
            @Nullable Long endIndex,
            long bytes,
            String sha256) {}

    static Manifest read(byte[] json) throws Refuted {
        try {
            JsonNode root = JSON.readTree(json);
            require(root.isObject(), "is not an object");
            require(text(root, "format").equals(FORMAT), "is not of the format " + FORMAT);
            require(
                    text(root, "entry_format").equals("jsonl"),
                    "lists files that are for spreadsheets, not to be verified");
            require(root.path("filters").isObject(), "has no filters");
            require(EXPORT_ID.matcher(text(root, "export_id")).matches(), "has no export_id");
            require(time(root, "completed_at") != null, "has no completed_at");
            List<Listed> files = new ArrayList<>();
            require(root.path("files").isArray(), "has no files");
            for (JsonNode file : root.path("files")) {
                String name = "entries-%06d.jsonl.gz".formatted(files.size() + 1);
                require(text(file, "name").equals(name), "does not list " + name + " where it belongs");
                files.add(new Listed(
                        name,
                        number(file, "entries"),
                        number(file, "first_index"),
                        number(file, "end_index"),
                        number(file, "bytes"),
                        sha256(file)));
            }
            require(text(root.path("proof"), "name").equals(PROOF_NAME), "lists no proof");
            return new Manifest(
                    text(root, "export_id"),
                    text(root, "tenant_id"),
                    time(root, "from"),
                    time(root, "to"),
                    filters(root.path("filters")),
                    number(root, "entries"),
                    numberOrNull(root, "first_index"),
                    numberOrNull(root, "end_index"),
                    numberOrNull(root, "missing"),
                    text(root, "checkpoint"),
                    text(root, "key"),
                    List.copyOf(files),
                    new Listed(
                            PROOF_NAME,
                            0,
                            null,
                            null,
                            number(root.path("proof"), "bytes"),
                            sha256(root.path("proof"))));
        } catch (JacksonException e) {
            throw refused("is not the JSON that it has to be");
        }
    }

    static Refuted refused(String message) {
        return new Refuted(Finding.MANIFEST_REFUSED, Place.file(NAME), "the manifest " + message);
    }

    /** Whether it leaves out nothing, from its first entry to the end of the log, but what the log did not hold any more. */
    boolean isWhole() {
        return filters.isEmpty() && from == null && to == null;
    }

    /** Whether an entry of that time belongs into the export. */
    boolean spans(String timestamp) {
        return (from == null || timestamp.compareTo(from) >= 0) && (to == null || timestamp.compareTo(to) < 0);
    }

    private static Map<String, Object> filters(JsonNode object) {
        Map<String, Object> filters = new LinkedHashMap<>();
        object.properties()
                .forEach(filter -> filters.put(
                        filter.getKey(),
                        filter.getValue().isString()
                                ? filter.getValue().asString()
                                : filter.getValue().toString()));
        return filters;
    }

    private static String sha256(JsonNode file) throws Refuted {
        require(SHA256.matcher(text(file, "sha256")).matches(), "gives no SHA-256 of a file");
        return text(file, "sha256");
    }

    private static String text(JsonNode parent, String member) throws Refuted {
        JsonNode value = parent.path(member);
        require(value.isString(), "has no text as " + member);
        return value.asString();
    }

    private static @Nullable Long numberOrNull(JsonNode parent, String member) throws Refuted {
        JsonNode value = parent.path(member);
        return value.isNull() || value.isMissingNode() ? null : number(parent, member);
    }

    private static long number(JsonNode parent, String member) throws Refuted {
        JsonNode value = parent.path(member);
        require(
                value.isIntegralNumber() && value.canConvertToLong() && value.asLong() >= 0,
                "has no number as " + member);
        return value.asLong();
    }

    private static @Nullable String time(JsonNode parent, String member) throws Refuted {
        if (parent.path(member).isNull()) {
            return null;
        }
        try {
            return TIME.format(Instant.parse(text(parent, member)));
        } catch (DateTimeException e) {
            throw refused("has no time as " + member);
        }
    }

    private static void require(boolean holds, String message) throws Refuted {
        if (!holds) {
            throw refused(message);
        }
    }
}
