package ai.scailabs.vault.events.outbox;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** An event as it is written: one JSON object, whose bytes are signed and never change. */
public final class EventBody {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private EventBody() {}

    /** @param path left out when absent */
    public static String write(
            String eventId,
            String type,
            Instant at,
            String tenant,
            String partner,
            @Nullable String identity,
            @Nullable String path,
            Map<String, ?> data,
            String requestId) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("event_id", eventId);
        members.put("event_type", type);
        members.put("timestamp", time(at));
        members.put("tenant_id", tenant);
        members.put("partner_id", partner);
        members.put("identity_id", identity);
        if (path != null) {
            members.put("path", path);
        }
        members.put("data", data);
        members.put("request_id", requestId);
        return JSON.writeValueAsString(members);
    }

    /** Null for none. */
    static @Nullable String texts(List<String> texts) {
        return texts.isEmpty() ? null : JSON.writeValueAsString(texts);
    }

    /** Of an event that was written down. */
    public static List<String> texts(@Nullable String stored) {
        return stored == null ? List.of() : List.of(JSON.readValue(stored, String[].class));
    }

    /** With microseconds, always. */
    static String time(Instant at) {
        return TIME.format(at);
    }
}
