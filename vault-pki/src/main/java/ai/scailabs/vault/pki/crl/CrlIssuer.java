package ai.scailabs.vault.pki.crl;

import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.pki.x509.IssuerView;
import ai.scailabs.vault.pki.x509.KeySpec;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key that signs lists, and what it is asked to tell.
 *
 * @param revokedAt of an authority that was revoked: everything it signed was, too
 * @param reason the code, together with {@code revokedAt}
 */
record CrlIssuer(
        CrlScope scope,
        PartnerId partner,
        IssuerView view,
        KeySpec keySpec,
        String keyId,
        byte[] sealedPrivateKey,
        int partitions,
        @Nullable Instant revokedAt,
        @Nullable Integer reason) {
    @Override
    public String toString() {
        return "CrlIssuer[" + keyId + "]";
    }
}
