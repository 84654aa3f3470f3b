package ai.scailabs.vault.credentials.dynamic;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What somebody wants an engine to be; absent is what they do not say. */
public record EngineDraft(
        @Nullable String name,
        @Nullable String description,
        @Nullable String type,
        @Nullable JsonNode config,
        @Nullable String defaultTtl,
        @Nullable String maxTtl,
        @Nullable Integer maxLeases) {}
