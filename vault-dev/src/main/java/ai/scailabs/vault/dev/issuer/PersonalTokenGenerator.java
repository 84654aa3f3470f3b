package ai.scailabs.vault.dev.issuer;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenGenerator;

/**
 * Makes {@code skt_…} tokens for people whose request says {@code personal=true}: random, and known to the issuer alone, which says at its introspection endpoint
 * what it knows. They end with the issuer.
 */
final class PersonalTokenGenerator implements OAuth2TokenGenerator<OAuth2AccessToken> {
    private static final int BYTES = 30;

    private final String issuer;
    private final TokenClaims claims;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    PersonalTokenGenerator(String issuer, TokenClaims claims, Clock clock) {
        this.issuer = issuer;
        this.claims = claims;
        this.clock = clock;
    }

    /** Null for the generator of signed tokens to take over. */
    @Override
    public @Nullable OAuth2AccessToken generate(OAuth2TokenContext context) {
        if (!OAuth2TokenType.ACCESS_TOKEN.equals(context.getTokenType()) || !TokenClaims.isPersonal(context)) {
            return null;
        }
        Map<String, Object> known = new HashMap<>();
        known.put("iss", issuer);
        known.put("jti", UUID.randomUUID().toString());
        known.put("iat", clock.instant().truncatedTo(ChronoUnit.SECONDS));
        claims.fill(known, context);
        if (known.containsKey("client_id")) {
            throw TokenClaims.refused("a personal token is a person's, and this is a service");
        }
        if (!(known.get("iat") instanceof Instant issuedAt)
                || !(known.get("exp") instanceof Instant expiresAt)
                || !expiresAt.isAfter(issuedAt)) {
            throw TokenClaims.refused("a personal token has an iat and a later exp");
        }
        if (known.get("scope") instanceof String scopes) {
            known.put("scope", List.of(scopes.split(" ")));
        }
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        String value = "skt_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        return new PersonalToken(value, issuedAt, expiresAt, known);
    }

    /** What the issuer stores of it and says when it is asked. */
    private static final class PersonalToken extends OAuth2AccessToken implements ClaimAccessor {
        private static final long serialVersionUID = 1L;

        private final transient Map<String, Object> claims;

        PersonalToken(String value, Instant issuedAt, Instant expiresAt, Map<String, Object> claims) {
            super(TokenType.BEARER, value, issuedAt, expiresAt, Set.of());
            this.claims = claims;
        }

        @Override
        public Map<String, Object> getClaims() {
            return claims;
        }
    }
}
