package ai.scailabs.vault.dev.issuer;

import ai.scailabs.vault.dev.identity.DevIdentity;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.time.DurationText;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Fills a token with its identity's claims, then with what the request asks for: {@code scope}, {@code ttl} (negative for one that has expired) and
 * {@code claim.<name>}, a JSON value or else a string; {@code null} leaves the claim out.
 */
final class TokenClaims implements OAuth2TokenCustomizer<JwtEncodingContext> {
    private static final Duration DEFAULT_TTL = Duration.ofHours(24);
    private static final String CLAIM_PREFIX = "claim.";
    private static final List<String> TIMES = List.of("iat", "nbf", "exp");

    private final String audience;
    private final JsonMapper json = JsonMapper.builder().build();

    TokenClaims(String audience) {
        this.audience = audience;
    }

    @Override
    public void customize(JwtEncodingContext context) {
        context.getClaims().claims(claims -> fill(claims, context));
    }

    /** @param claims with {@code iat}; a time is an {@link Instant} */
    void fill(Map<String, Object> claims, OAuth2TokenContext context) {
        DevIdentity identity = DevIdentity.named(context.getRegisteredClient().getClientId())
                .orElseThrow(() -> refused("no such identity"));
        OAuth2ClientCredentialsAuthenticationToken request = request(context);
        claims.put("aud", List.of(audience));
        claims.putAll(identity.claims());
        if (!request.getScopes().isEmpty()) {
            claims.put("scope", String.join(" ", request.getScopes()));
        }
        setTimes(claims, request.getAdditionalParameters());
        request.getAdditionalParameters().forEach((name, value) -> override(claims, name, value));
    }

    /** Whether the request is for a personal token. */
    static boolean isPersonal(OAuth2TokenContext context) {
        return "true".equals(request(context).getAdditionalParameters().get("personal"));
    }

    private static OAuth2ClientCredentialsAuthenticationToken request(OAuth2TokenContext context) {
        if (context.getAuthorizationGrant() instanceof OAuth2ClientCredentialsAuthenticationToken request) {
            return request;
        }
        throw refused("only client credentials are known here");
    }

    private static void setTimes(Map<String, Object> claims, Map<String, Object> parameters) {
        Instant now = (Instant) Objects.requireNonNull(claims.get("iat"));
        Duration ttl = ttl(parameters);
        if (ttl.isNegative()) {
            Instant issued = now.plus(ttl).minus(Duration.ofHours(1));
            claims.put("iat", issued);
            claims.put("nbf", issued);
        }
        claims.put("exp", now.plus(ttl));
    }

    private static Duration ttl(Map<String, Object> parameters) {
        if (!(parameters.get("ttl") instanceof String text)) {
            return DEFAULT_TTL;
        }
        try {
            return text.startsWith("-")
                    ? DurationText.parse("ttl", text.substring(1)).negated()
                    : DurationText.parse("ttl", text);
        } catch (VaultException e) {
            throw refused(String.valueOf(e.getMessage()));
        }
    }

    private void override(Map<String, Object> claims, String parameter, Object value) {
        if (!parameter.startsWith(CLAIM_PREFIX)) {
            return;
        }
        String name = parameter.substring(CLAIM_PREFIX.length());
        if (!(value instanceof String text)) {
            throw refused("the claim " + name + " is given twice");
        }
        Object parsed = parse(text);
        if (parsed == null) {
            claims.remove(name);
        } else if (TIMES.contains(name) && parsed instanceof Number seconds) {
            claims.put(name, Instant.ofEpochSecond(seconds.longValue()));
        } else {
            claims.put(name, parsed);
        }
    }

    private @Nullable Object parse(String text) {
        try {
            return json.readValue(text, Object.class);
        } catch (JacksonException notJson) {
            return text;
        }
    }

    static OAuth2AuthenticationException refused(String why) {
        return new OAuth2AuthenticationException(new OAuth2Error("invalid_request", why, null));
    }
}
