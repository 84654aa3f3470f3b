package ai.scailabs.vault.access.token;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Verifies a token from its first byte: form, issuer, key, signature, audience, claims (RFC 8725). Keeps nothing. Thread-safe. */
final class TokenVerifier {
    static final int MAX_LENGTH = 8 * 1024;

    private final Map<String, SigningKeys> issuers;
    private final @Nullable LocalIssuers local;
    private final String audience;
    private final LongAdder verifications = new LongAdder();

    /**
     * @param issuers by the exact text of {@code iss}
     * @param local our own; absent when we make no tokens
     */
    TokenVerifier(Map<String, SigningKeys> issuers, @Nullable LocalIssuers local, String audience) {
        this.issuers = Map.copyOf(issuers);
        this.local = local;
        this.audience = audience;
    }

    /** @throws VaultException {@code token_invalid}; {@code service_unavailable} when the issuer's keys cannot be had */
    SignedToken verify(String token) {
        JwtForm.requireCompact(token, MAX_LENGTH);
        verifications.increment();
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            String issuer = claims.getIssuer();
            // Not of the signature: of some algorithms anybody can make another one that verifies.
            String fingerprint =
                    TokenHash.of(token.substring(0, token.lastIndexOf('.'))).hex();
            return local != null && issuer != null && local.names().isOurs(issuer)
                    ? ofOurs(jwt, claims, local, issuer, fingerprint)
                    : ofOthers(jwt, claims, issuer, fingerprint);
        } catch (ParseException | IllegalArgumentException malformed) {
            throw TokenRefusals.invalid("is malformed");
        }
    }

    private SignedToken ofOthers(SignedJWT jwt, JWTClaimsSet claims, @Nullable String named, String fingerprint)
            throws ParseException {
        SigningKeys issuer = named == null ? null : issuers.get(named);
        if (issuer == null) {
            throw unknownIssuer();
        }
        VerificationKey key = JwtForm.verifiedBy(issuer, jwt);
        return new SignedToken(TokenClaims.verified(claims, audience, fingerprint, ActorClaims::actor), issuer, key);
    }

    /** A tenant's issuer speaks for this tenant only. */
    private SignedToken ofOurs(SignedJWT jwt, JWTClaimsSet claims, LocalIssuers ours, String named, String fingerprint)
            throws ParseException {
        TenantId tenant = ours.names().tenantOf(named).orElseThrow(TokenVerifier::unknownIssuer);
        if (!JwtForm.ACCESS_TOKEN.equals(jwt.getHeader().getType())) {
            throw TokenRefusals.invalid("has a header that is not accepted here");
        }
        IssuerKeys issuer = ours.keysOf(tenant);
        VerificationKey key = JwtForm.verifiedBy(issuer, jwt);
        return new SignedToken(
                TokenClaims.verified(claims, audience, fingerprint, known -> ExchangedClaims.actor(known, tenant)),
                issuer,
                key);
    }

    private static VaultException unknownIssuer() {
        return TokenRefusals.invalid("is from an issuer that is not accepted here");
    }

    long verifications() {
        return verifications.sum();
    }
}
