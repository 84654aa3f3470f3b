package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.pki.x509.KeystoreFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A version of a managed certificate, as it is given to somebody. Whoever receives it closes it, which wipes the key.
 *
 * @param chain its own certificate first; DER
 * @param keyType as the API writes it; null where the key is not given
 * @param privateKey in PEM, or with the certificates in a keystore; null where it is not given
 * @param keystore in which the key is
 */
public record IssuedChain(
        UUID certificate,
        CertificateVersion version,
        List<byte[]> chain,
        @Nullable String keyType,
        @Nullable SensitiveBytes privateKey,
        @Nullable KeystoreFormat keystore)
        implements AutoCloseable {
    public IssuedChain {
        chain = List.copyOf(chain);
    }

    public String certificateText() {
        return ManagedCertificate.idText(certificate);
    }

    @Override
    public void close() {
        if (privateKey != null) {
            privateKey.close();
        }
    }

    @Override
    public String toString() {
        return "IssuedChain[" + version + "]";
    }
}
