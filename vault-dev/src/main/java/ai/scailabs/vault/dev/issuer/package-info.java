/**
 * A ScaiKey for development: Spring Authorization Server on loopback, with the identities of {@link ai.scailabs.vault.dev.identity.DevIdentity} as its
 * clients. It mints whatever token its caller asks for and is therefore never part of what ships. Start with {@link
 * ai.scailabs.vault.dev.issuer.DevIssuer}.
 */
@NullMarked
package ai.scailabs.vault.dev.issuer;

import org.jspecify.annotations.NullMarked;
