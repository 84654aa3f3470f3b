/**
 * Certificate authorities of tenants: their keys, sealed until the moment of a signature, their certificates, and the numbers that they give. It decides nothing about who may have a certificate, and signs
 * nothing that was not read by the lint. Start with {@link ai.scailabs.vault.pki.issuer.AuthorityService}; whoever issues begins at {@link ai.scailabs.vault.pki.issuer.Issuance}.
 */
@NullMarked
package ai.scailabs.vault.pki.issuer;

import org.jspecify.annotations.NullMarked;
