/**
 * Zones at DigitalOcean, by version 2 of its API. Every record is an object of its own there, so that none but the one in question is touched. Start with
 * {@link ai.scailabs.vault.pki.dns.digitalocean.DigitalOceanZones}.
 */
@NullMarked
package ai.scailabs.vault.pki.dns.digitalocean;

import org.jspecify.annotations.NullMarked;
