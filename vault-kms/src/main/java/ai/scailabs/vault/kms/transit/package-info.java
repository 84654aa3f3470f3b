/**
 * A root key in the Transit engine of HashiCorp Vault or OpenBao: a key that encrypts and decrypts under associated data, and never leaves the server. The only place that knows the driver,
 * which is loaded when it is chosen; this package never makes, changes or deletes a key. Start with {@link ai.scailabs.vault.kms.transit.TransitRootKey}.
 */
@NullMarked
package ai.scailabs.vault.kms.transit;

import org.jspecify.annotations.NullMarked;
