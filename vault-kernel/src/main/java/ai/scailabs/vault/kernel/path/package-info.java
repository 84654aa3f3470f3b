/**
 * Secret paths and the globs that match them, as the product documents both. Nothing here rewrites a path: a spelling is legal
 * or refused. Start with {@link ai.scailabs.vault.kernel.path.SecretPath}.
 */
@NullMarked
package ai.scailabs.vault.kernel.path;

import org.jspecify.annotations.NullMarked;
