package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.kernel.sensitive.PlainData;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Which entries are wanted besides their time; an absent filter lets everything through. As those of the list of entries: all matches are exact but {@code pathPrefix}.
 *
 * @param actions any of them, as the log writes them; empty for all
 */
public record ExportFilters(
        List<String> actions,
        @Nullable String identityId,
        @Nullable String identityType,
        @Nullable String pathPrefix,
        @Nullable Boolean success,
        @Nullable String sourceIp,
        @Nullable String requestId) {
    public static final ExportFilters NONE = new ExportFilters(List.of(), null, null, null, null, null, null);

    private static final JsonMapper JSON = JsonMapper.shared();

    public ExportFilters {
        actions = List.copyOf(actions);
    }

    boolean match(RecordedEntry entry) {
        return (actions.isEmpty() || actions.contains(entry.action()))
                && is(identityId, entry.identityId())
                && is(identityType, entry.identityType())
                && (pathPrefix == null || (entry.path() != null && entry.path().startsWith(pathPrefix)))
                && (success == null || success == entry.success())
                && is(sourceIp, entry.sourceIp())
                && is(requestId, entry.requestId());
    }

    private static boolean is(@Nullable String wanted, @Nullable String found) {
        return wanted == null || wanted.equals(found);
    }

    /** Those that are there, by their names in the API. */
    public Map<String, Object> named() {
        Map<String, Object> named = new LinkedHashMap<>();
        put(named, "action", actions.isEmpty() ? null : String.join(",", actions));
        put(named, "identity_id", identityId);
        put(named, "identity_type", identityType);
        put(named, "path_prefix", pathPrefix);
        put(named, "success", success);
        put(named, "source_ip", sourceIp);
        put(named, "request_id", requestId);
        return named;
    }

    private static void put(Map<String, Object> named, String name, @Nullable Object value) {
        if (value != null) {
            named.put(name, value);
        }
    }

    String json() {
        return JSON.writeValueAsString(PlainData.of(named()));
    }

    static ExportFilters of(String json) {
        JsonNode root = JSON.readTree(json);
        String actions = text(root, "action");
        return new ExportFilters(
                actions == null ? List.of() : List.of(actions.split(",")),
                text(root, "identity_id"),
                text(root, "identity_type"),
                text(root, "path_prefix"),
                root.has("success") ? root.path("success").asBoolean() : null,
                text(root, "source_ip"),
                text(root, "request_id"));
    }

    private static @Nullable String text(JsonNode root, String name) {
        return root.has(name) ? root.path(name).asString() : null;
    }
}
