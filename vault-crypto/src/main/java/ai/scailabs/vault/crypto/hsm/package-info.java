/**
 * The port behind which a hardware module makes, uses and destroys private keys that never leave it. Nothing here knows whose keys they are, or where the module is. Start with
 * {@link ai.scailabs.vault.crypto.hsm.HsmKeys}.
 */
@NullMarked
package ai.scailabs.vault.crypto.hsm;

import org.jspecify.annotations.NullMarked;
