/**
 * What a DNS provider is to the rest: zones, and TXT values in them. Knows no vendor, no tenant and no database. Start with {@link ai.scailabs.vault.pki.dns.zone.ZoneRecords}.
 */
@NullMarked
package ai.scailabs.vault.pki.dns.zone;

import org.jspecify.annotations.NullMarked;
