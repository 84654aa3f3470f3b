package ai.scailabs.vault.pki.dns;

import java.time.Duration;

/**
 * How far a value has come.
 *
 * @param servers addresses of authoritative name servers that were asked
 * @param showing how many of these show the value
 * @param staleFor how long a resolver that asked before the value was there may still answer without it: the time to live of the set, or of its absence, as the servers say it. A check that fails within this time may succeed after it
 */
public record Visibility(int servers, int showing, Duration staleFor) {
    /** Whether whoever asks the zone's servers now sees the value, whichever it asks. */
    public boolean everywhere() {
        return servers > 0 && showing == servers;
    }
}
