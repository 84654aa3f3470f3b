/**
 * The program: reads its settings, wires the capabilities together, serves. Decides nothing itself. Start with {@link
 * ai.scailabs.vault.server.VaultServer}.
 */
@NullMarked
package ai.scailabs.vault.server;

import org.jspecify.annotations.NullMarked;
