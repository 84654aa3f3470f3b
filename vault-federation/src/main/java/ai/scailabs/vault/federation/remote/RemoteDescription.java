package ai.scailabs.vault.federation.remote;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
    public RemoteDescription {
        tags = List.copyOf(tags);
        labels = Map.copyOf(labels);
    }
}
