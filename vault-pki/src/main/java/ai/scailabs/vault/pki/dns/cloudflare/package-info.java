/**
 * Zones at Cloudflare, by version 4 of its API. Every record is an object of its own there, so that none but the one in question is touched. Start with
 * {@link ai.scailabs.vault.pki.dns.cloudflare.CloudflareZones}.
 */
@NullMarked
package ai.scailabs.vault.pki.dns.cloudflare;

import org.jspecify.annotations.NullMarked;
