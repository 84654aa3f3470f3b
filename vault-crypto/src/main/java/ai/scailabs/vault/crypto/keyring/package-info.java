/**
 * Where the wrapped keys of a tenant come from. Carries wrapped keys only, never an unwrapped one; the implementation that stores them is elsewhere. Start with {@link
 * ai.scailabs.vault.crypto.keyring.TenantKeyrings}.
 */
@NullMarked
package ai.scailabs.vault.crypto.keyring;

import org.jspecify.annotations.NullMarked;
