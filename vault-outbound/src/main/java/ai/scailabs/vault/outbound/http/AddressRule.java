package ai.scailabs.vault.outbound.http;

import ai.scailabs.vault.kernel.net.AddressRange;
import ai.scailabs.vault.kernel.net.IpAddress;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * To which addresses a name that a tenant chose may lead: those of the public Internet, and ranges that the operator names. Everything else is ours or our neighbours', such as
 * the metadata service of a cloud. Immutable.
 */
public final class AddressRule {
    /** Of this machine, for development. */
    public static final List<AddressRange> LOOPBACK = ranges("127.0.0.0/8", "::1/128");

    /** Of the special-purpose registries (RFC 6890), and the host of a machine in Azure, which has a public address; what embeds an IPv4 address may lead anywhere. */
    private static final List<AddressRange> SPECIAL = ranges(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20");

    /** What is assigned of IPv6 as yet. */
    private static final List<AddressRange> GLOBAL_V6 = ranges("2000::/3");

    private final List<AddressRange> allowed;
    private final boolean nowhereElse;

    /** @param allowed besides the public Internet */
    public AddressRule(List<AddressRange> allowed) {
        this(allowed, false);
    }

    private AddressRule(List<AddressRange> allowed, boolean nowhereElse) {
        this.allowed = List.copyOf(allowed);
        this.nowhereElse = nowhereElse;
    }

    /** These, and not the public Internet. */
    public static AddressRule only(List<AddressRange> allowed) {
        return new AddressRule(allowed, true);
    }

    /** Whether a connection to it may be made. */
    public boolean permits(InetAddress address) {
        // A zone (fe80::1%eth0) is not an address of ours, and refused.
        Optional<IpAddress> parsed = IpAddress.parse(address.getHostAddress());
        if (parsed.isEmpty()) {
            return false;
        }
        if (contain(allowed, parsed.get())) {
            return true;
        }
        if (nowhereElse) {
            return false;
        }
        boolean global = address.getAddress().length == 4 || contain(GLOBAL_V6, parsed.get());
        return global && !contain(SPECIAL, parsed.get());
    }

    /**
     * Whether the host of a URL is an address, with or without brackets, to which no connection may be made. A name is none: what it leads to is found out whenever it is connected
     * to.
     */
    public boolean refuses(String host) {
        String bare = GuardedConnection.bare(host);
        return IpAddress.parse(bare).isPresent() && !permits(InetAddress.ofLiteral(bare));
    }

    private static boolean contain(List<AddressRange> ranges, IpAddress address) {
        return ranges.stream().anyMatch(range -> range.contains(address));
    }

    private static List<AddressRange> ranges(String... texts) {
        return List.of(texts).stream()
                .map(text -> AddressRange.parse(text).orElseThrow())
                .toList();
    }
}
