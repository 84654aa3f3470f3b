/**
 * Turns a bearer token into an actor, or refuses it. Never keeps, logs or repeats a token, and never lets a token choose how it is verified. Start with
 * {@link ai.scailabs.vault.access.token.TokenAuthenticator}.
 */
@NullMarked
package ai.scailabs.vault.access.token;

import org.jspecify.annotations.NullMarked;
