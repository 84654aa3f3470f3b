/**
 * Requests to servers whose names tenants chose. Never connects to an address that was not checked, never follows a redirect, never sends what a caller sent us. Start with
 * {@link ai.scailabs.vault.outbound.http.GuardedHttp}, and for
 * bodies of any size with {@link ai.scailabs.vault.outbound.http.GuardedTransfers}.
 */
@NullMarked
package ai.scailabs.vault.outbound.http;

import org.jspecify.annotations.NullMarked;
