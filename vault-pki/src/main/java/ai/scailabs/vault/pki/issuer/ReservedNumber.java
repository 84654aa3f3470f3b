package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.pki.x509.SerialNumber;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A serial number that is one certificate's, and whose it is. Made by {@link Issuance}.
 *
 * @param certificateId of the certificate
 * @param generation of the authority, whose key signs
 * @param by who asked for the certificate
 * @param seen when the authority had been changed last: it must be active, and as it was, when the certificate is kept; none where it need not
 */
public record ReservedNumber(
        TenantId tenant,
        UUID certificateId,
        UUID authorityId,
        int generation,
        SerialNumber serial,
        IdentityId by,
        @Nullable Instant seen) {}
