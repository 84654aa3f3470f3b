package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.x509.KeystoreFormat;
import ai.scailabs.vault.pki.x509.SerialNumber;
import ai.scailabs.vault.pki.x509.Validity;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that was issued just now. Whoever receives it closes it, which wipes the key.
 *
 * @param id none of a certificate that is not kept
 * @param role by which it was issued; none where somebody approved the request itself
 * @param der the certificate
 * @param chain of those above it, the one that signed it first; DER
 * @param privateKey in PEM, or with the certificates in a keystore; absent where somebody else holds it
 * @param keystore in which the key is
 */
public record MadeCertificate(
        @Nullable UUID id,
        @Nullable String role,
        UUID authorityId,
        SerialNumber serial,
        Validity validity,
        String keyType,
        byte[] der,
        List<byte[]> chain,
        @Nullable SensitiveBytes privateKey,
        @Nullable KeystoreFormat keystore)
        implements AutoCloseable {
    static final String PREFIX = "cert_";

    public @Nullable String idText() {
        return id == null ? null : Ids.text(PREFIX, id);
    }

    public String authorityText() {
        return CertificateAuthority.idText(authorityId);
    }

    MadeCertificate in(KeyPackaging packaging) {
        return switch (packaging) {
            case KeyPackaging.Pem _ -> this;
            case KeyPackaging.Keystore file ->
                new MadeCertificate(
                        id, role, authorityId, serial, validity, keyType, der, chain, privateKey, file.format());
        };
    }

    @Override
    public void close() {
        if (privateKey != null) {
            privateKey.close();
        }
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "MadeCertificate[" + serial + "]";
    }
}
