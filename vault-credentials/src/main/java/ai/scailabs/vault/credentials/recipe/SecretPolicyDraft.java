package ai.scailabs.vault.credentials.recipe;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A secret policy as somebody wants it; a member that is absent is the default, or stays as it is. */
public record SecretPolicyDraft(
        @Nullable String name,
        @Nullable String description,
        @Nullable String policyType,
        @Nullable JsonNode fields,
        @Nullable Boolean active) {}
