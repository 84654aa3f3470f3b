/**
 * The environment as validated values; what is malformed or contradictory is refused with the variable's name and what it takes.
 * Never prints a value. Start with {@link ai.scailabs.vault.server.settings.Setting}.
 */
@NullMarked
package ai.scailabs.vault.server.settings;

import org.jspecify.annotations.NullMarked;
