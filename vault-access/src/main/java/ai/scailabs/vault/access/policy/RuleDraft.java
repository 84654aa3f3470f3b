package ai.scailabs.vault.access.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A rule as a caller sent it. */
public record RuleDraft(
        @Nullable String pathPattern,
        @Nullable List<String> permissions,
        @Nullable ConditionsDraft conditions) {}
