/**
 * How ScaiKey writes things down, and asking it for whole lists of them, page by page. It takes nothing that is not written exactly so, and keeps nothing. Start with
 * {@link ai.scailabs.vault.identity.scaikey.ScaiKeyDirectory}.
 */
@NullMarked
package ai.scailabs.vault.identity.scaikey;

import org.jspecify.annotations.NullMarked;
