/** What federation asks of another vault, whatever kind it is, and how such a vault is described. Knows no vendor. Start with {@link ai.scailabs.vault.federation.remote.RemoteVault}. */
@NullMarked
package ai.scailabs.vault.federation.remote;

import org.jspecify.annotations.NullMarked;
