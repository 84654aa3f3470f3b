/**
 * Turns every failure into the product's error envelope and its audit row. Unknown failures say nothing but their request id. Start
 * with {@link ai.scailabs.vault.api.error.FailureResolver}.
 */
@NullMarked
package ai.scailabs.vault.api.error;

import org.jspecify.annotations.NullMarked;
