/**
 * The keys of authorities that lie in an HSM: what they are called there, and that none is left there which nobody needs. Never knows an authority or a certificate, and never talks to the module but through
 * {@link ai.scailabs.vault.crypto.hsm.HsmKeys}. Start with {@link ai.scailabs.vault.pki.hsm.HsmAuthorityKeys}.
 */
@NullMarked
package ai.scailabs.vault.pki.hsm;

import org.jspecify.annotations.NullMarked;
