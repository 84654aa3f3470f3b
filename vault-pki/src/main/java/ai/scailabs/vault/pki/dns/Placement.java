package ai.scailabs.vault.pki.dns;

import java.util.UUID;

/**
 * Where a record lies. Holds nothing secret, and may be stored.
 *
 * @param provider of the tenant
 * @param zone without a dot at its end, in small letters
 * @param name of the record, below the zone or the zone itself; not what was asked for where that is an alias
 */
public record Placement(UUID provider, String zone, String name) {}
