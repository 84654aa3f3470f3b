package ai.scailabs.vault.access.token;

import ai.scailabs.vault.crypto.provider.NativeProvider;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.ThumbprintUtils;
import java.util.Optional;

/**
 * A published key with the one algorithm that it verifies. The algorithm follows from the key and never from a token: RSA of 2048 bits or more is RS256,
 * P-256 is ES256, Ed25519 is EdDSA, and nothing else is accepted.
 *
 * @param thumbprint of the key itself (RFC 7638), so that a name given to another key is noticed
 */
record VerificationKey(String keyId, JWSAlgorithm algorithm, String thumbprint, JWSVerifier verifier) {
    private static final int SMALLEST_RSA_BITS = 2048;
    private static final int LARGEST_RSA_BITS = 8192;

    /** Empty for keys that may not verify tokens here: without a name, meant for encryption, symmetric, weak or of another kind. */
    static Optional<VerificationKey> of(JWK jwk) {
        boolean forSignatures = jwk.getKeyUse() == null || KeyUse.SIGNATURE.equals(jwk.getKeyUse());
        if (jwk.getKeyID() == null || !forSignatures) {
            return Optional.empty();
        }
        try {
            return switch (jwk) {
                case RSAKey rsa
                when rsa.size() >= SMALLEST_RSA_BITS && rsa.size() <= LARGEST_RSA_BITS ->
                    key(jwk, JWSAlgorithm.RS256, fast(new RSASSAVerifier(rsa.toRSAPublicKey())));
                case ECKey ec
                when Curve.P_256.equals(ec.getCurve()) ->
                    key(jwk, JWSAlgorithm.ES256, fast(new ECDSAVerifier(ec.toECPublicKey())));
                case OctetKeyPair okp
                when Curve.Ed25519.equals(okp.getCurve()) ->
                    key(jwk, JWSAlgorithm.EdDSA, new Ed25519JwsVerifier(okp.getDecodedX()));
                default -> Optional.empty();
            };
        } catch (JOSEException | IllegalArgumentException unusable) {
            return Optional.empty();
        }
    }

    private static JWSVerifier fast(JWSVerifier verifier) {
        NativeProvider.get().ifPresent(verifier.getJCAContext()::setProvider);
        return verifier;
    }

    private static Optional<VerificationKey> key(JWK jwk, JWSAlgorithm algorithm, JWSVerifier verifier)
            throws JOSEException {
        if (jwk.getAlgorithm() != null && !algorithm.equals(jwk.getAlgorithm())) {
            return Optional.empty();
        }
        String thumbprint = ThumbprintUtils.compute(jwk).toString();
        return Optional.of(new VerificationKey(jwk.getKeyID(), algorithm, thumbprint, verifier));
    }

    boolean isSameKey(VerificationKey other) {
        return keyId.equals(other.keyId) && algorithm.equals(other.algorithm) && thumbprint.equals(other.thumbprint);
    }
}
