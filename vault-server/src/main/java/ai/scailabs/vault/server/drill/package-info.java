/**
 * Proves that a backup can be read: opens keys and a sample of values in a restored database with root keys that were supplied apart from it. Serves nobody and changes
 * nothing there. Start with {@link ai.scailabs.vault.server.drill.RestoreDrill}.
 */
@NullMarked
package ai.scailabs.vault.server.drill;

import org.jspecify.annotations.NullMarked;
