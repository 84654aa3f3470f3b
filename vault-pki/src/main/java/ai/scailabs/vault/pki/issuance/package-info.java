/**
 * Certificates for whoever a role lets have them: from the names that are asked for to the bytes that are kept and given, or to a dry run of that. It decides nothing by itself: what may be signed is {@link
 * ai.scailabs.vault.pki.profile.RolePolicy}'s to say, and the signature {@link ai.scailabs.vault.pki.issuer.Issuance}'s to make. Start with {@link ai.scailabs.vault.pki.issuance.IssuanceService}.
 */
@NullMarked
package ai.scailabs.vault.pki.issuance;

import org.jspecify.annotations.NullMarked;
