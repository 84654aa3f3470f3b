package ai.scailabs.vault.access.trust;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.PathGlob;
import ai.scailabs.vault.kernel.time.DurationText;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * Terms as the database keeps them: as a caller would write them. What is read is checked as what is written; a member that this version does not know makes the terms
 * unreadable, because it may narrow them.
 */
final class TermsJson {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .changeDefaultPropertyInclusion(included -> included.withValueInclusion(JsonInclude.Include.NON_NULL))
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.USE_LONG_FOR_INTS)
            .build();

    private TermsJson() {}

    static String write(TrustTerms terms) {
        return JSON.writeValueAsString(draft(terms));
    }

    /** Null when they cannot be understood. */
    static @Nullable TrustTerms read(String json, SourceForm sources) {
        try {
            TrustDraft draft = JSON.readValue(json, TrustDraft.class);
            return draft == null ? null : TrustForm.terms(draft, sources);
        } catch (JacksonException | VaultException notUnderstood) {
            return null;
        }
    }

    /** With everything but name, description and state. */
    static TrustDraft draft(TrustTerms terms) {
        List<String> paths = terms.paths().isEmpty()
                ? null
                : terms.paths().stream().map(PathGlob::pattern).toList();
        List<String> scopes = terms.scopes().stream().sorted().toList();
        String identity = terms.identity().value();
        String ttl = DurationText.format(terms.ttl());
        return switch (terms.source()) {
            case TrustedSource.Oidc oidc ->
                new TrustDraft(
                        null,
                        null,
                        "oidc",
                        oidc.issuer(),
                        oidc.jwksUrl() == null ? null : oidc.jwksUrl().toString(),
                        oidc.audience(),
                        oidc.conditions().stream().map(TermsJson::draft).toList(),
                        null,
                        null,
                        identity,
                        scopes,
                        paths,
                        ttl,
                        null);
            case TrustedSource.Aws aws ->
                new TrustDraft(
                        null,
                        null,
                        "aws",
                        null,
                        null,
                        aws.audience(),
                        null,
                        aws.arns().stream().map(SegmentGlob::pattern).toList(),
                        aws.regions().stream().sorted().toList(),
                        identity,
                        scopes,
                        paths,
                        ttl,
                        null);
        };
    }

    private static TrustDraft.Condition draft(ClaimCondition condition) {
        return switch (condition) {
            case ClaimCondition.Exactly exactly -> new TrustDraft.Condition(exactly.claim(), exactly.expected(), null);
            case ClaimCondition.Matching matching ->
                new TrustDraft.Condition(
                        matching.claim(), null, matching.pattern().pattern());
        };
    }
}
