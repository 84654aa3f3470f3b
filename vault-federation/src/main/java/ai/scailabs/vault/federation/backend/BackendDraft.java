package ai.scailabs.vault.federation.backend;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A backend as a caller wishes it, unchecked.
 *
 * @param mapping templates by patterns, in their order
 */
public record BackendDraft(
        @Nullable String name,
        @Nullable String type,
        @Nullable JsonNode config,
        @Nullable Map<String, String> mapping,
        @Nullable String mode,
        @Nullable String syncInterval,
        @Nullable Integer syncCallsPerSecond,
        @Nullable Boolean writeThrough) {}
