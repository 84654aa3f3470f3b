/**
 * Requests to servers whose names tenants chose. Never connects to an address that was not checked, never follows a redirect, never sends what a caller sent us. Start with
 * {@link ai.scailabs.vault.access.outbound.GuardedHttp}.
 */
@NullMarked
package ai.scailabs.vault.access.outbound;

import org.jspecify.annotations.NullMarked;
