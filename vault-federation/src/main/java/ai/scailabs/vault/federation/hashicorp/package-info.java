/** HashiCorp Vault and OpenBao, by the driver for it. The only package that knows it. */
@NullMarked
package ai.scailabs.vault.federation.hashicorp;

import org.jspecify.annotations.NullMarked;
