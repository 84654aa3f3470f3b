/**
 * Which object gets which other, module by module. No behaviour of its own. Start with {@link
 * ai.scailabs.vault.server.wiring.DatabaseWiring}.
 */
@NullMarked
package ai.scailabs.vault.server.wiring;

import org.jspecify.annotations.NullMarked;
