package ai.scailabs.vault.access.trust;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole trust as a caller sent it; absent is null.
 *
 * @param active absent means active
 */
public record TrustDraft(
        @Nullable String name,
        @Nullable String description,
        @Nullable String kind,
        @Nullable String issuer,
        @Nullable String jwksUrl,
        @Nullable String audience,
        @Nullable List<Condition> conditions,
        @Nullable List<String> arns,
        @Nullable List<String> regions,
        @Nullable String identityId,
        @Nullable List<String> scopes,
        @Nullable List<String> pathPatterns,
        @Nullable String ttl,
        @Nullable Boolean active) {

    /** @param equal a text, a {@link Long} or a {@link Boolean} */
    public record Condition(
            @Nullable String claim,
            @Nullable Object equal,
            @Nullable String matches) {}
}
