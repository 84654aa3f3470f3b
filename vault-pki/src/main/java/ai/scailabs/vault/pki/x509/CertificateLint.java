package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.kernel.error.VaultException;

/** Encodes what is to be signed, reads the bytes back, and refuses them unless they hold every rule. */
public interface CertificateLint {
    /** @throws VaultException whose details name the rule, the section it is from, and the value */
    LintedCertificate lint(CertificateDraft draft, IssuerView issuer);
}
