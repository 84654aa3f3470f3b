/** The other vaults that tenants name: where each is, as whom it is asked, and which paths of ours are which of its secrets. Start with {@link ai.scailabs.vault.federation.backend.BackendService}. */
@NullMarked
package ai.scailabs.vault.federation.backend;

import org.jspecify.annotations.NullMarked;
