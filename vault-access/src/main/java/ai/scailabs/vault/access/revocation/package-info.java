/**
 * Which tokens count no more before they expire: by their id, or all that an identity was issued until a moment. It knows no token and verifies none, and
 * never takes a revocation back. Start with {@link ai.scailabs.vault.access.revocation.RevocationList}.
 */
@NullMarked
package ai.scailabs.vault.access.revocation;

import org.jspecify.annotations.NullMarked;
