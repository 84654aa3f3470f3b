/**
 * Starts the database, the issuer and the unchanged server as one thing, watches them, and ends them in order. It knows the server only by its environment
 * variables and its public API. Start with {@link ai.scailabs.vault.dev.launch.Launcher}.
 */
@NullMarked
package ai.scailabs.vault.dev.launch;

import org.jspecify.annotations.NullMarked;
