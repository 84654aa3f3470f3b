/**
 * The keys of tenants and partners as the database holds them, all wrapped, and what is signed and sealed with them. An unwrapped key never comes here. Start with {@link
 * ai.scailabs.vault.tenancy.keyring.StoredKeyrings}.
 */
@NullMarked
package ai.scailabs.vault.tenancy.keyring;

import org.jspecify.annotations.NullMarked;
