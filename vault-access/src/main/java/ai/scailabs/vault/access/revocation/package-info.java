/**
 * Whose tokens count: which were revoked by their id, or with all that an identity was issued until a moment; whose identity or tenant is suspended; and which roles were assigned in the place of
 * a token's. It knows no token and verifies none, and never takes a revocation back. Start with {@link ai.scailabs.vault.access.revocation.RevocationList}.
 */
@NullMarked
package ai.scailabs.vault.access.revocation;

import org.jspecify.annotations.NullMarked;
