/**
 * A hardware security module, reached through its PKCS#11 library: a root key in it, which this package never makes, changes or deletes, and private keys that are made, sign and are destroyed in it. None of them
 * ever leaves it. Start with {@link ai.scailabs.vault.kms.pkcs11.Pkcs11RootKey} and {@link ai.scailabs.vault.kms.pkcs11.Pkcs11Keys}.
 */
@NullMarked
package ai.scailabs.vault.kms.pkcs11;

import org.jspecify.annotations.NullMarked;
