/**
 * HashiCorp Vault and OpenBao, by the driver for it, which makes the requests and sees none of the answers. Asks KV for secrets, writes there what it is told to, and asks nothing else for anything. Start with {@link
 * ai.scailabs.vault.federation.hashicorp.HashiCorpVault}.
 */
@NullMarked
package ai.scailabs.vault.federation.hashicorp;

import org.jspecify.annotations.NullMarked;
