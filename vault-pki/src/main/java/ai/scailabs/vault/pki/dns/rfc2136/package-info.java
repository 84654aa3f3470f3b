/**
 * Zones of any server that takes dynamic updates (RFC 2136), signed by a key that both sides have (RFC 8945). Its address is the tenant's choice, so that it is checked like any other of these. Start with
 * {@link ai.scailabs.vault.pki.dns.rfc2136.UpdateZones}.
 */
@NullMarked
package ai.scailabs.vault.pki.dns.rfc2136;

import org.jspecify.annotations.NullMarked;
