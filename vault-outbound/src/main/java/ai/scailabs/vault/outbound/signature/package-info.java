/** How receivers know that it was this service that sent them something. */
@NullMarked
package ai.scailabs.vault.outbound.signature;

import org.jspecify.annotations.NullMarked;
