/**
 * The endpoints about the caller's own token. Never mints one. Start with {@link ai.scailabs.vault.api.auth.AuthController}.
 */
@NullMarked
package ai.scailabs.vault.api.auth;

import org.jspecify.annotations.NullMarked;
