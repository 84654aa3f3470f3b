package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.pki.x509.IssuerView;
import java.time.Instant;
import java.util.List;

/**
 * An authority that signs.
 *
 * @param generation of the authority, whose key signs
 * @param changedAt when it was changed last; grows with every change
 * @param chain the authority's certificate and those above it, the root last; DER
 * @param pointers what its certificates say of where to ask
 */
public record Signatory(
        int generation,
        Instant changedAt,
        IssuerView issuer,
        List<byte[]> chain,
        CertificatePointers pointers,
        SigningKey key) {}
