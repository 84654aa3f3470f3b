package ai.scailabs.vault.pki.dns.zone;

import java.util.Collection;
import java.util.List;

/**
 * The zones of one provider, as one set of credentials reaches them. Names are in ASCII, in small letters, without a dot at their end. Used by one thread, for one purpose, and closed.
 */
public interface ZoneRecords extends AutoCloseable {
    /** The time to live of a set that this service makes; one that is there already keeps its own. */
    int TTL_SECONDS = 60;

    /** However many pages they come in. */
    int MAX_ZONES = 10_000;

    /** How often a change is made anew whose ground somebody else has moved. */
    int ATTEMPTS = 6;

    /**
     * Those that the credentials reach.
     *
     * @param wanted for a provider that does not list: these are looked for one by one
     */
    List<String> zones(Collection<String> wanted) throws ZoneException;

    /** Adds one value to the set of TXT records; the others stay. Nothing when it is there. */
    void add(String zone, String name, String value) throws ZoneException;

    /** Removes one value from the set of TXT records; the others stay. Nothing when it, or the zone, is not there. */
    void remove(String zone, String name, String value) throws ZoneException;

    /** Wipes the credentials, and holds no connection any more. */
    @Override
    void close();
}
