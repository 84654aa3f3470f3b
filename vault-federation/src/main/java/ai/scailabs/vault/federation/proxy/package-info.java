/** Reads of secrets that lie in other vaults: the tables of which paths these are, the vaults while they are open, and what is answered when one does not serve. Start with {@link ai.scailabs.vault.federation.proxy.ProxyMounts}. */
@NullMarked
package ai.scailabs.vault.federation.proxy;

import org.jspecify.annotations.NullMarked;
