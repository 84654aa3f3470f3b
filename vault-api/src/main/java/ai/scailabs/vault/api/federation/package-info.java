/** The other vaults of a tenant over HTTP; their secrets are read as our own are. Start with {@link ai.scailabs.vault.api.federation.BackendController}. */
@NullMarked
package ai.scailabs.vault.api.federation;

import org.jspecify.annotations.NullMarked;
