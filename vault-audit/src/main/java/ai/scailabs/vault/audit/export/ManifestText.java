package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.store.Destination;
import ai.scailabs.vault.kernel.sensitive.PlainData;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What the last object of an export says of all others. Follows from the rows, so that it can be written again. */
final class ManifestText {
    private static final String FORMAT = "scaivault-audit-export/1";
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final DateTimeFormatter MICROSECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private ManifestText() {}

    /** @param files of the part, the proof among them */
    static byte[] of(Export export, List<ExportedFile> files) {
        Export.Part part = export.state().part();
        ExportOrder order = export.order();
        List<ExportedFile> entries = files.stream()
                .filter(file -> file.kind() == ExportedFile.Kind.ENTRIES)
                .toList();
        ExportedFile proof = files.stream()
                .filter(file -> file.kind() == ExportedFile.Kind.PROOF)
                .findFirst()
                .orElseThrow();
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("format", FORMAT);
        members.put("export_id", export.id());
        members.put("tenant_id", export.tenant().value());
        if (order.continuous()) {
            members.put("part", part.number());
        }
        members.put("entry_format", order.format().wireName());
        members.put("from", time(order.from()));
        members.put("to", time(order.to()));
        members.put("filters", order.filters().named());
        members.put("entries", part.entries());
        members.put("missing", part.missing());
        members.put("first_index", entries.isEmpty() ? null : entries.getFirst().firstIndex());
        members.put("end_index", entries.isEmpty() ? null : entries.getLast().endIndex());
        members.put("range", List.of(part.first(), part.end()));
        members.put("checkpoint", part.checkpoint());
        members.put("key", part.logKey());
        List<Object> listed = new ArrayList<>();
        for (ExportedFile file : entries) {
            Map<String, @Nullable Object> member = named(file);
            member.put("entries", file.entries());
            member.put("first_index", file.firstIndex());
            member.put("end_index", file.endIndex());
            listed.add(member);
        }
        members.put("files", listed);
        members.put("proof", named(proof));
        members.put("retain_until", lockedAtAll(files) ? time(part.retainUntil()) : null);
        members.put("destination", where(order.destination()) + export.folder() + "/");
        members.put("completed_at", time(Objects.requireNonNull(part.endedAt())));
        return (JSON.writeValueAsString(PlainData.of(members)) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static boolean lockedAtAll(List<ExportedFile> files) {
        return files.stream().anyMatch(ExportedFile::locked);
    }

    private static Map<String, @Nullable Object> named(ExportedFile file) {
        Map<String, @Nullable Object> member = new LinkedHashMap<>();
        member.put("name", file.name());
        member.put("bytes", file.bytes());
        member.put("sha256", file.sha256());
        member.put("locked", file.locked());
        return member;
    }

    private static String where(Destination destination) {
        return destination.type() + "://" + destination.bucket() + "/" + destination.prefix();
    }

    private static @Nullable String time(@Nullable Instant time) {
        return time == null ? null : MICROSECONDS.format(time);
    }
}
