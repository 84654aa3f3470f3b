package ai.scailabs.vault.federation.backend;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What is to be another at a backend, unchecked; null is as before. A config and a mapping take the place of the old ones as a whole.
 *
 * @param mapping templates by patterns, in their order
 */
public record BackendChange(
        @Nullable JsonNode config,
        @Nullable Map<String, String> mapping,
        @Nullable String mode,
        @Nullable String syncInterval,
        @Nullable Integer syncCallsPerSecond,
        @Nullable Boolean writeThrough) {}
