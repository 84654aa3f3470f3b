package ai.scailabs.vault.pki.serving;

import ai.scailabs.vault.kernel.id.PartnerId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A certificate as it stands, without its key.
 *
 * @param number which one of those that bear the id; 1 where it bears it alone
 * @param partner whose tenant it is
 * @param serial as people read it
 * @param keyId by which its key is kept; null where it is not
 * @param revoked by itself, or with its authority; also while it is on hold
 */
public record ServingVersion(
        UUID certificate,
        int number,
        PartnerId partner,
        String serial,
        @Nullable String keyId,
        Instant notBefore,
        Instant notAfter,
        boolean revoked) {
    /** Whether they are the same certificate, whatever has become of it in between. */
    public boolean isSameAs(ServingVersion other) {
        return certificate.equals(other.certificate) && number == other.number;
    }
}
