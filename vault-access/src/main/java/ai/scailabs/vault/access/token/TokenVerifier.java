package ai.scailabs.vault.access.token;

import ai.scailabs.vault.kernel.error.VaultException;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/** Verifies a token from its first byte: form, issuer, key, signature, audience, claims (RFC 8725). Keeps nothing. Thread-safe. */
final class TokenVerifier {
    static final int MAX_LENGTH = 8 * 1024;

    private static final Set<JWSAlgorithm> ALGORITHMS =
            Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256, JWSAlgorithm.EdDSA);
    private static final Set<JOSEObjectType> TYPES = Set.of(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"));

    private final Map<String, SigningKeys> issuers;
    private final String audience;
    private final LongAdder verifications = new LongAdder();

    /** @param issuers by the exact text of {@code iss} */
    TokenVerifier(Map<String, SigningKeys> issuers, String audience) {
        this.issuers = Map.copyOf(issuers);
        this.audience = audience;
    }

    /** @throws VaultException {@code token_invalid}; {@code service_unavailable} when the issuer's keys cannot be had */
    SignedToken verify(String token) {
        requireCompactForm(token);
        verifications.increment();
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            SigningKeys issuer = issuerOf(claims);
            VerificationKey key = verifiedBy(issuer, jwt);
            // Not of the signature: of some algorithms anybody can make another one that verifies.
            String fingerprint =
                    TokenHash.of(token.substring(0, token.lastIndexOf('.'))).hex();
            return new SignedToken(TokenClaims.verified(claims, audience, fingerprint, true), issuer, key);
        } catch (ParseException | IllegalArgumentException malformed) {
            throw TokenRefusals.invalid("is malformed");
        }
    }

    /** Exactly the alphabet of RFC 7515: a lenient decoder would let one token have many spellings. */
    private static void requireCompactForm(String token) {
        if (token.length() > MAX_LENGTH) {
            throw TokenRefusals.invalid("is longer than " + MAX_LENGTH + " characters");
        }
        int dots = 0;
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            if (c == '.') {
                dots++;
            } else if (!((c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '-'
                    || c == '_')) {
                throw TokenRefusals.invalid("is not a JWT");
            }
        }
        if (dots != 2) {
            throw TokenRefusals.invalid("is not a JWT");
        }
    }

    private SigningKeys issuerOf(JWTClaimsSet claims) {
        String named = claims.getIssuer();
        SigningKeys issuer = named == null ? null : issuers.get(named);
        if (issuer == null) {
            throw TokenRefusals.invalid("is from an issuer that is not accepted here");
        }
        return issuer;
    }

    private static VerificationKey verifiedBy(SigningKeys issuer, SignedJWT jwt) {
        JWSHeader header = jwt.getHeader();
        if (!ALGORITHMS.contains(header.getAlgorithm())) {
            throw TokenRefusals.invalid("is signed with an algorithm that is not accepted here");
        }
        boolean typed = header.getType() == null || TYPES.contains(header.getType());
        if (!typed || header.getCriticalParams() != null || !header.isBase64URLEncodePayload()) {
            throw TokenRefusals.invalid("has a header that is not accepted here");
        }
        VerificationKey key = header.getKeyID() == null ? null : issuer.find(header.getKeyID());
        if (key == null) {
            throw TokenRefusals.invalid("is signed with a key that its issuer does not publish");
        }
        try {
            if (key.algorithm().equals(header.getAlgorithm()) && jwt.verify(key.verifier())) {
                return key;
            }
        } catch (JOSEException unverifiable) {
            throw TokenRefusals.invalid("has a signature that cannot be verified");
        }
        throw TokenRefusals.invalid("has a wrong signature");
    }

    long verifications() {
        return verifications.sum();
    }
}
