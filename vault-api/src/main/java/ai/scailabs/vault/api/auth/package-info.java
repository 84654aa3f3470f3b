/**
 * The endpoints about tokens: the caller's own, those that an administrator asks about or revokes, and those that workloads get for proofs of their own. Never decides who gets one and never repeats one. Start with {@link ai.scailabs.vault.api.auth.AuthController}.
 */
@NullMarked
package ai.scailabs.vault.api.auth;

import org.jspecify.annotations.NullMarked;
