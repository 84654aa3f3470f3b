/**
 * The endpoints about tokens: the caller's own, and those that an administrator asks about or revokes. Never mints one and never repeats one. Start with {@link ai.scailabs.vault.api.auth.AuthController}.
 */
@NullMarked
package ai.scailabs.vault.api.auth;

import org.jspecify.annotations.NullMarked;
