package ai.scailabs.vault.access.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.SignedJWT;
import java.util.Set;

/** What is asked of the bytes of a signed token, whoever issued it: one spelling, an algorithm of the list, a key that its issuer publishes (RFC 8725). */
final class JwtForm {
    static final JOSEObjectType ACCESS_TOKEN = new JOSEObjectType("at+jwt");

    private static final Set<JWSAlgorithm> ALGORITHMS =
            Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256, JWSAlgorithm.EdDSA);
    private static final Set<JOSEObjectType> TYPES = Set.of(JOSEObjectType.JWT, ACCESS_TOKEN);

    private JwtForm() {}

    /**
     * Exactly the alphabet of RFC 7515: a lenient decoder would let one token have many spellings.
     *
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code token_invalid}
     */
    static void requireCompact(String token, int maxLength) {
        if (token.length() > maxLength) {
            throw TokenRefusals.invalid("is longer than " + maxLength + " characters");
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

    /**
     * The key that verified it.
     *
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code token_invalid}; {@code service_unavailable} when the issuer's keys cannot be had
     */
    static VerificationKey verifiedBy(IssuerKeys issuer, SignedJWT jwt) {
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
}
