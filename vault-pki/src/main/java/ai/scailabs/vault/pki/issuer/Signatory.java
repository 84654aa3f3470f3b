package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.pki.x509.IssuerView;
import java.util.List;

/**
 * An authority that signs now, without its key: what a certificate can be drafted and tried with.
 *
 * @param generation of the authority, whose key signs
 * @param chain the authority's certificate and those above it, the root last; DER
 * @param pointers what its certificates say of where to ask
 */
public record Signatory(int generation, IssuerView issuer, List<byte[]> chain, CertificatePointers pointers) {
    /** Whether what is drafted for the one is what is drafted for the other: the same key, which points to the same places. */
    public boolean isAs(Signatory other) {
        return generation == other.generation && pointers.equals(other.pointers);
    }
}
