/**
 * The program behind {@code bin/run} and {@code bin/stop}. It never runs in production and is not in the image. Start with {@link
 * ai.scailabs.vault.dev.VaultDev}.
 */
@NullMarked
package ai.scailabs.vault.dev;

import org.jspecify.annotations.NullMarked;
