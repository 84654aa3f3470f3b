package ai.scailabs.vault.access.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole policy as a caller sent it; absent is null.
 *
 * @param active absent means active
 */
public record PolicyDraft(
        @Nullable String name,
        @Nullable String description,
        @Nullable List<RuleDraft> rules,
        @Nullable String scope,
        @Nullable Boolean active) {}
