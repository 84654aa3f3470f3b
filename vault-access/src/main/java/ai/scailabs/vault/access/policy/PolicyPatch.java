package ai.scailabs.vault.access.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to change in a policy; null leaves a field as it is.
 *
 * @param clearDescription removes the description, for a caller who sent null on purpose
 */
public record PolicyPatch(
        @Nullable String name,
        @Nullable String description,
        boolean clearDescription,
        @Nullable List<RuleDraft> rules,
        @Nullable String scope,
        @Nullable Boolean active) {}
