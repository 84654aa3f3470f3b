package ai.scailabs.vault.access.exchange;

import ai.scailabs.vault.access.token.ForeignIssuer;
import ai.scailabs.vault.access.token.ForeignTokens;
import ai.scailabs.vault.access.trust.ClaimCondition;
import ai.scailabs.vault.access.trust.Trust;
import ai.scailabs.vault.access.trust.TrustedSource;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Holds a signed token against what a trust asks of it: who issued it, for whom, on which conditions, and when, in this order. Thread-safe. */
final class OidcProof {
    static final Set<String> TYPES = Set.of(
            "urn:ietf:params:oauth:token-type:jwt",
            "urn:ietf:params:oauth:token-type:id_token",
            "urn:ietf:params:oauth:token-type:access_token");

    private static final Duration SKEW = Duration.ofSeconds(30);
    private static final Pattern SUBJECT = Pattern.compile("[ -~]{1,512}");
    private static final long LATEST_SECOND =
            Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    private final ForeignTokens tokens;
    private final Clock clock;

    OidcProof(ForeignTokens tokens, Clock clock) {
        this.tokens = tokens;
        this.clock = clock;
    }

    /** @throws VaultException {@code token_invalid}, {@code token_expired}; {@code service_unavailable} when the issuer's keys cannot be had */
    Proof verify(String token, TenantId tenant, Trust trust, TrustedSource.Oidc source) {
        Map<String, Object> claims = signedClaims(token, tenant, trust, source);
        String subject = claims.get("sub") instanceof String text
                        && SUBJECT.matcher(text).matches()
                ? text
                : null;
        if (subject == null) {
            throw Refusals.refused("no_subject");
        }
        if (!isFor(source.audience(), claims.get("aud"))) {
            throw Refusals.refused("wrong_audience", Map.of("subject", subject));
        }
        for (ClaimCondition condition : source.conditions()) {
            if (!condition.isMetBy(claims)) {
                throw Refusals.refused("condition_not_met", Map.of("subject", subject, "claim", condition.claim()));
            }
        }
        return new Proof(source.issuer(), subject, expiry(claims, subject));
    }

    private Map<String, Object> signedClaims(String token, TenantId tenant, Trust trust, TrustedSource.Oidc source) {
        try {
            return tokens.verify(
                    token, new ForeignIssuer(tenant, trust.id(), trust.revision(), source.issuer(), source.jwksUrl()));
        } catch (VaultException refusal) {
            if (refusal.code() == ErrorCode.TOKEN_INVALID) {
                throw Refusals.refused("not_verified", Map.of("problem", String.valueOf(refusal.getMessage())));
            }
            throw ForeignTokens.unavailable().withEvidence(Map.of("reason", "issuer_unavailable"));
        }
    }

    /** One text, or a list of texts of which one is equal. */
    private static boolean isFor(String audience, @Nullable Object named) {
        return named instanceof List<?> several ? several.contains(audience) : audience.equals(named);
    }

    private Instant expiry(Map<String, Object> claims, String subject) {
        Instant now = clock.instant();
        Instant expiresAt = time(claims, "exp");
        if (expiresAt == null) {
            throw Refusals.refused("does_not_expire", Map.of("subject", subject));
        }
        if (!expiresAt.isAfter(now)) {
            throw Refusals.expired(subject);
        }
        for (String beginning : List.of("nbf", "iat")) {
            Instant from = time(claims, beginning);
            if (from == null ? claims.containsKey(beginning) : from.isAfter(now.plus(SKEW))) {
                throw Refusals.refused("not_valid_yet", Map.of("subject", subject));
            }
        }
        return expiresAt;
    }

    private static @Nullable Instant time(Map<String, Object> claims, String name) {
        if (!(claims.get(name) instanceof Number seconds)) {
            return null;
        }
        long second = seconds.longValue();
        return second < 0 || second > LATEST_SECOND ? null : Instant.ofEpochSecond(second);
    }
}
