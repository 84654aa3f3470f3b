package ai.scailabs.vault.pki.revocation;

import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.x509.SerialNumber;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A certificate whose standing somebody asked to change, and how it stands now.
 *
 * @param certificateId none where it is not stored here
 * @param changed false when it was so before
 */
public record RevokedNumber(
        UUID authority, SerialNumber serial, @Nullable UUID certificateId, CertificateStatus status, boolean changed) {
    public String authorityText() {
        return CertificateAuthority.idText(authority);
    }
}
