/**
 * What happens to secrets with time: when they were last read, and the end of those that were deleted. Runs beside requests and never holds one up. Start with {@link
 * ai.scailabs.vault.secrets.lifecycle.PurgeJob}.
 */
@NullMarked
package ai.scailabs.vault.secrets.lifecycle;

import org.jspecify.annotations.NullMarked;
