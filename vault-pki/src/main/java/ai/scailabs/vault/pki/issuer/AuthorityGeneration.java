package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.pki.x509.Fingerprint;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.NameConstraints;
import ai.scailabs.vault.pki.x509.SerialNumber;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A key of an authority and the certificate for it.
 *
 * @param number from 1
 * @param keyId names the private key
 * @param storage where that lies
 * @param certificateId none where it was not one of ours that signed it
 * @param certificate DER
 * @param chain the certificates above it, as far as they are not of authorities of ours; DER
 * @param subject as people read it (RFC 4514)
 * @param maxPathLength how many authorities may follow below; none for any number
 * @param issuerId the authority of ours that signed it; none where it signed itself, or somebody else did
 * @param notBefore to the second
 * @param notAfter to the second, inclusive
 */
public record AuthorityGeneration(
        int number,
        String keyId,
        KeySpec keySpec,
        KeyStorage storage,
        @Nullable UUID certificateId,
        byte[] certificate,
        List<byte[]> chain,
        SerialNumber serial,
        String subject,
        byte[] subjectKeyId,
        @Nullable Integer maxPathLength,
        NameConstraints constraints,
        @Nullable UUID issuerId,
        @Nullable Integer issuerGeneration,
        Instant notBefore,
        Instant notAfter) {
    AuthorityGeneration withCertificateId(UUID id) {
        return new AuthorityGeneration(
                number,
                keyId,
                keySpec,
                storage,
                id,
                certificate,
                chain,
                serial,
                subject,
                subjectKeyId,
                maxPathLength,
                constraints,
                issuerId,
                issuerGeneration,
                notBefore,
                notAfter);
    }

    /** SHA-256 over the certificate. */
    public byte[] fingerprint() {
        return Fingerprint.sha256(certificate);
    }

    @Override
    public String toString() {
        return "AuthorityGeneration[" + number + " of " + keySpec + "]";
    }
}
