/** Certificate authorities over HTTP. It holds no rule about them and touches no key. Start with {@link ai.scailabs.vault.api.pki.AuthorityController}. */
@NullMarked
package ai.scailabs.vault.api.pki;

import org.jspecify.annotations.NullMarked;
