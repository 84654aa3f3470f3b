/**
 * Time as the API writes it: durations such as {@code 90d}. No clock of its own. Start with {@link
 * ai.scailabs.vault.kernel.time.DurationText}.
 */
@NullMarked
package ai.scailabs.vault.kernel.time;

import org.jspecify.annotations.NullMarked;
