/**
 * A root key in a hardware security module, reached through the module's PKCS#11 library. The key never leaves it, and this package never makes, changes or deletes one.
 * Start with {@link ai.scailabs.vault.kms.pkcs11.Pkcs11RootKey}.
 */
@NullMarked
package ai.scailabs.vault.kms.pkcs11;

import org.jspecify.annotations.NullMarked;
