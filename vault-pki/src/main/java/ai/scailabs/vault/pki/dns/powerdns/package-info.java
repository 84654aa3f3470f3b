/**
 * Zones of a PowerDNS authoritative server, by its HTTP API. Its address is the tenant's choice, so that requests go to no address inside unless the operator allows it. Start with
 * {@link ai.scailabs.vault.pki.dns.powerdns.PowerDnsZones}.
 */
@NullMarked
package ai.scailabs.vault.pki.dns.powerdns;

import org.jspecify.annotations.NullMarked;
