package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.pki.x509.IssuerView;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.SerialNumber;
import java.util.List;
import java.util.UUID;

/**
 * A serial number that an authority gives to one certificate, and what it takes to sign that. Made by {@link Issuance}.
 *
 * @param generation of the authority, whose key signs
 * @param issuer what of the authority goes into the certificate
 * @param chain the authority's certificate and those above it, the root last; DER
 * @param pointers what its certificates say of where to ask
 * @param keySpec of the authority's key
 */
public record Reservation(
        TenantId tenant,
        UUID certificateId,
        SerialNumber serial,
        UUID authorityId,
        int generation,
        IssuerView issuer,
        List<byte[]> chain,
        CertificatePointers pointers,
        KeySpec keySpec,
        String keyId,
        byte[] sealedPrivateKey) {
    /** The authority as it was when the number was reserved. */
    public Signatory signatory() {
        return new Signatory(generation, issuer, chain, pointers);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "Reservation[" + serial + " of " + CertificateAuthority.idText(authorityId) + "]";
    }
}
