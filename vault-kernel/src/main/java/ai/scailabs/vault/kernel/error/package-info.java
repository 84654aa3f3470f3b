/**
 * The one catalogue of error codes and the one exception that carries them. Never holds a secret value, a token or a key.
 * Start with {@link ai.scailabs.vault.kernel.error.ErrorCode}.
 */
@NullMarked
package ai.scailabs.vault.kernel.error;

import org.jspecify.annotations.NullMarked;
