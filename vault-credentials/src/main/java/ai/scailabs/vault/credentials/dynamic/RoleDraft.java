package ai.scailabs.vault.credentials.dynamic;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What somebody wants a role to be; absent is what they do not say.
 *
 * @param recipe what the kind of the engine makes of it
 */
public record RoleDraft(
        @Nullable String name,
        @Nullable String description,
        ObjectNode recipe,
        @Nullable String defaultTtl,
        @Nullable String maxTtl,
        @Nullable Integer maxLeases) {}
