package ai.scailabs.vault.pki.dns.lookup;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * Who is asked.
 *
 * @param resolvers in place of those of the machine; empty for these
 * @param nobodyElse whether a zone's own servers are not asked, for networks that let no question out; then the resolvers are asked in their place
 */
public record LookupSettings(List<InetSocketAddress> resolvers, boolean nobodyElse) {
    public LookupSettings {
        resolvers = List.copyOf(resolvers);
    }
}
