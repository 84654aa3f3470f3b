/**
 * Keys of authorities that give way to others in time, without anybody asking: when that is, and doing it where nobody else has to do anything about it. It makes no key and signs nothing itself. Start with {@link
 * ai.scailabs.vault.pki.rotation.AuthorityRotations}.
 */
@NullMarked
package ai.scailabs.vault.pki.rotation;

import org.jspecify.annotations.NullMarked;
