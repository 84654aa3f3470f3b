/**
 * Where a request comes from: addresses and ranges of them, read from text. Never looks up a name and never opens a connection. Start with
 * {@link ai.scailabs.vault.kernel.net.AddressRange}.
 */
@NullMarked
package ai.scailabs.vault.kernel.net;

import org.jspecify.annotations.NullMarked;
