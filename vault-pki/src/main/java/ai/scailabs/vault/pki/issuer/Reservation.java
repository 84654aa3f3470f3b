package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.pki.x509.IssuerView;
import ai.scailabs.vault.pki.x509.SerialNumber;
import java.util.List;
import java.util.UUID;

/** A serial number that an authority gives to one certificate, and the authority as it signs that. Made by {@link Issuance}. */
public record Reservation(ReservedNumber number, Signatory signatory) {
    public TenantId tenant() {
        return number.tenant();
    }

    public UUID certificateId() {
        return number.certificateId();
    }

    public UUID authorityId() {
        return number.authorityId();
    }

    public SerialNumber serial() {
        return number.serial();
    }

    public int generation() {
        return signatory.generation();
    }

    /** What of the authority goes into the certificate. */
    public IssuerView issuer() {
        return signatory.issuer();
    }

    /** The authority's certificate and those above it, the root last; DER. */
    public List<byte[]> chain() {
        return signatory.chain();
    }

    /** What its certificates say of where to ask. */
    public CertificatePointers pointers() {
        return signatory.pointers();
    }

    @Override
    public String toString() {
        return "Reservation[" + serial() + " of " + CertificateAuthority.idText(authorityId()) + "]";
    }
}
