package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.pki.x509.SerialNumber;
import ai.scailabs.vault.pki.x509.Validity;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A certificate by which one authority vouches for another that has a certificate already.
 *
 * @param subject the authority of ours that it is for; none for one of others
 * @param der the certificate
 * @param chain those above it, the signer's first; DER
 */
public record CrossCertificate(
        UUID id,
        UUID signer,
        @Nullable UUID subject,
        SerialNumber serial,
        Validity validity,
        byte[] der,
        List<byte[]> chain) {
    /** As the API writes it. */
    public String text() {
        return Ids.text("cert_", id);
    }

    @Override
    public String toString() {
        return "CrossCertificate[" + serial + "]";
    }
}
