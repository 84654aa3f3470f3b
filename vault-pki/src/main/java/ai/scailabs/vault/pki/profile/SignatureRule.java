package ai.scailabs.vault.pki.profile;

import ai.scailabs.vault.pki.x509.IssuerView;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.SignatureScheme;
import java.util.Optional;

/**
 * How certificates of a role are signed, where the authority's key leaves a choice.
 *
 * @param hashBits {@code signature_bits}; 0 for what the authority's key signs with by itself
 * @param pss {@code use_pss}: RSASSA-PSS instead of PKCS #1 v1.5
 */
public record SignatureRule(int hashBits, boolean pss) {
    public static final SignatureRule DEFAULT = new SignatureRule(0, false);

    public SignatureRule {
        if (hashBits != 0 && hashBits != 256 && hashBits != 384 && hashBits != 512) {
            throw new IllegalArgumentException("a hash has 256, 384 or 512 bits");
        }
    }

    /** Empty where a key of that kind cannot sign so. */
    public Optional<SignatureScheme> by(KeySpec key) {
        return SignatureScheme.of(key, hashBits, pss);
    }

    /** The issuer as it signs for the role. One whose key cannot is as it was, which {@link RolePolicy} refuses. */
    public IssuerView applied(IssuerView issuer) {
        return by(issuer.key().spec()).map(issuer::signingBy).orElse(issuer);
    }

    /** The field that a key of that kind stands against, of those that somebody set. */
    public String field(KeySpec key) {
        return pss && !key.isRsa() ? "use_pss" : "signature_bits";
    }
}
