package ai.scailabs.vault.credentials.dynamic;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What somebody wants a role to be; absent is what they do not say. */
public record RoleDraft(
        @Nullable String name,
        @Nullable String description,
        @Nullable List<@Nullable String> creationStatements,
        @Nullable List<@Nullable String> renewStatements,
        @Nullable List<@Nullable String> revocationStatements,
        @Nullable List<@Nullable String> rollbackStatements,
        @Nullable String defaultTtl,
        @Nullable String maxTtl,
        @Nullable Integer maxLeases) {}
