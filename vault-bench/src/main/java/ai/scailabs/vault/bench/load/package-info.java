/**
 * Drives the server over HTTP with wrk. It never measures CPU time itself. Start with {@link ai.scailabs.vault.bench.load.Wrk}.
 */
@NullMarked
package ai.scailabs.vault.bench.load;

import org.jspecify.annotations.NullMarked;
