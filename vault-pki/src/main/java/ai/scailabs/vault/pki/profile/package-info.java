/**
 * Who may have which certificate: roles, and the one function that holds a certificate against them, on the very bytes that are to be signed. Knows no tenant, no database and no HTTP. Start with
 * {@link ai.scailabs.vault.pki.profile.RolePolicy}.
 */
@NullMarked
package ai.scailabs.vault.pki.profile;

import org.jspecify.annotations.NullMarked;
