package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.NameConstraints;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key of an authority whose certificate somebody else is to sign.
 *
 * @param keyId names the private key
 * @param storage where that lies
 * @param subject as people read it (RFC 4514)
 * @param request PKCS#10, DER
 * @param maxPathLength that was asked for; none for any number
 */
public record PendingKey(
        String keyId,
        KeySpec keySpec,
        KeyStorage storage,
        String subject,
        byte[] request,
        @Nullable Integer maxPathLength,
        NameConstraints constraints,
        Instant createdAt) {
    @Override
    public String toString() {
        return "PendingKey[" + keySpec + "]";
    }
}
