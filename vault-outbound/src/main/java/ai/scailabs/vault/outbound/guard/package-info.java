/** Leaves alone what does not serve. Start with {@link ai.scailabs.vault.outbound.guard.OutageBreaker}. */
@NullMarked
package ai.scailabs.vault.outbound.guard;

import org.jspecify.annotations.NullMarked;
