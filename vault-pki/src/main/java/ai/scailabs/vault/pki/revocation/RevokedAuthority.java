package ai.scailabs.vault.pki.revocation;

import ai.scailabs.vault.pki.issuer.CertificateAuthority;

/**
 * An authority that was revoked.
 *
 * @param count how many authorities were revoked now: it and those below; 0 when it was so before
 */
public record RevokedAuthority(CertificateAuthority authority, int count) {}
