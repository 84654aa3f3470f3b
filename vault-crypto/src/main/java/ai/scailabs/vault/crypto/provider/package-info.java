/** What computes signatures and makes key pairs. Start with {@link ai.scailabs.vault.crypto.provider.NativeProvider}. */
@NullMarked
package ai.scailabs.vault.crypto.provider;

import org.jspecify.annotations.NullMarked;
