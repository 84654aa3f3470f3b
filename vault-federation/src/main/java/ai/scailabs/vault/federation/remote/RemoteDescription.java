package ai.scailabs.vault.federation.remote;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a vault tells of a secret without its value.
 *
 * @param current the version that a read without a version gives
 * @param versionCount that the vault still knows of
 * @param oldestVersion the lowest number among them
 * @param description absent where there is none
 * @param tags those without a value
 * @param labels those with one, such as AWS's tags and HashiCorp's custom metadata
 */
public record RemoteDescription(
        RemoteVersion current,
        Instant createdAt,
        Instant updatedAt,
        int versionCount,
        int oldestVersion,
        @Nullable String description,
        List<String> tags,
        Map<String, String> labels) {
    /** As {@link #metadataJson()} writes it. */
    public static final String NOTHING_TOLD = "{}";

    public RemoteDescription {
        tags = List.copyOf(tags);
        labels = Map.copyOf(labels);
    }

    /** Description, tags and labels as the JSON object that our API shows. */
    public String metadataJson() {
        return metadataJson(description, tags, labels);
    }

    /** The same of what was told alone. */
    public static String metadataJson(@Nullable String description, List<String> tags, Map<String, String> labels) {
        Map<String, Object> metadata = new TreeMap<>();
        if (description != null) {
            metadata.put("description", description);
        }
        if (!tags.isEmpty()) {
            metadata.put("tags", tags);
        }
        if (!labels.isEmpty()) {
            metadata.put("labels", new TreeMap<>(labels));
        }
        return JsonMapper.shared().writeValueAsString(metadata);
    }
}
