/**
 * Another vault's secrets as copies of our own. A run goes through the names that are there in the order of our paths, and does it in turns: whoever is killed or loses the vault in one is followed by another, which goes on where that
 * one was. Start with {@link ai.scailabs.vault.federation.sync.CopyTurn}.
 */
@NullMarked
package ai.scailabs.vault.federation.sync;

import org.jspecify.annotations.NullMarked;
