package ai.scailabs.vault.pki.dns.lookup;

import java.time.Duration;

/**
 * What name servers show.
 *
 * @param servers that were asked
 * @param showing of these
 * @param staleFor the longest that another may still have what was there before
 */
public record Sighting(int servers, int showing, Duration staleFor) {}
